//! What became of an import, for the caller that began it.

use actix_web::{HttpResponse, get, web};
use event_store::Store;
use kernel::Fault;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::jobs::{ImportJob, Job, RowOutcome, RowReport, load};
use crate::Routes;
use crate::caller::Caller;
use crate::input::Params;
use crate::problem::Problem;

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(read_job).service(read_job_report);
}

/// How far an import is; for the caller that began it.
#[utoipa::path(responses((status = 200, body = ImportJob)), extensions(("x-authenticated" = json!(true))))]
#[get("/jobs/{id}")]
async fn read_job(id: web::Path<String>, caller: Caller, store: web::Data<Store>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(own_job(&id, &caller, &store).await?.public()))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ReportParams {
    /// `json` unless asked otherwise.
    #[param(inline)]
    format: Option<ReportFormat>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ReportFormat {
    Json,
    Csv,
}

/// What became of each row; as CSV with the row itself beside its outcome.
#[utoipa::path(params(ReportParams), responses((status = 200, body = [RowReport])), extensions(("x-authenticated" = json!(true))))]
#[get("/jobs/{id}/report")]
async fn read_job_report(
    id: web::Path<String>,
    caller: Caller,
    store: web::Data<Store>,
    params: Params<ReportParams>,
) -> Result<HttpResponse, Problem> {
    let job = own_job(&id, &caller, &store).await?;
    match params.0.format {
        None | Some(ReportFormat::Json) => Ok(HttpResponse::Ok().json(job.report)),
        Some(ReportFormat::Csv) => Ok(csv_report(&job, caller.facts.language)),
    }
}

async fn own_job(id: &str, caller: &Caller, store: &Store) -> Result<Job, Problem> {
    let id: Uuid = id.parse().map_err(|_| Fault::not_found())?;
    let job = load(store, id).await?.filter(|job| job.caller == caller.principal.subject);
    Ok(job.ok_or_else(Fault::not_found)?)
}

fn csv_report(job: &Job, language: kernel::Language) -> HttpResponse {
    let columns: Vec<String> =
        job.rows.first().and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.clone()).collect();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xef\xbb\xbf".to_vec());
    let head = columns.iter().cloned().chain(["outcome", "number", "errors"].map(str::to_owned));
    let _ = writer.write_record(head);
    for (row, report) in job.rows.iter().zip(&job.report) {
        let cells = columns.iter().map(|name| match &row[name] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        let _ = writer.write_record(cells.chain(outcome_cells(&report.outcome, language)));
    }
    HttpResponse::Ok().content_type("text/csv; charset=utf-8").body(writer.into_inner().unwrap_or_default())
}

fn outcome_cells(outcome: &RowOutcome, language: kernel::Language) -> [String; 3] {
    let (name, number, errors) = match outcome {
        RowOutcome::Created { number } => ("created", number.clone(), String::new()),
        RowOutcome::Changed { number } => ("changed", number.clone(), String::new()),
        RowOutcome::Unchanged { number } => ("unchanged", number.clone(), String::new()),
        RowOutcome::Failed { fault } => ("failed", String::new(), errors(fault, language)),
    };
    [name.to_owned(), number, errors]
}

fn errors(fault: &Value, language: kernel::Language) -> String {
    let Ok(fault) = serde_json::from_value::<Fault>(fault.clone()) else { return String::new() };
    let parts = if fault.parts.is_empty() { std::slice::from_ref(&fault) } else { &fault.parts };
    let text = |part: &Fault| {
        format!("{} {}", part.pointer.as_deref().unwrap_or_default(), part.detail(language)).trim().to_owned()
    };
    parts.iter().map(text).collect::<Vec<_>>().join("; ")
}
