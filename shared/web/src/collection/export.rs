//! A whole list, with its filters, as CSV, XLSX or JSON; streamed page by page.

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use event_store::{Record, Row, Store};
use futures_util::stream;
use kernel::Fault;
use rust_xlsxwriter::Workbook;
use sea_orm::DatabaseConnection;
use serde_json::Value;

use super::cursor::Cursor;
use super::describe::members;
use super::selection::Selection;
use crate::caller::{Caller, Visible};
use crate::problem::Problem;
use crate::reply::collection_name;
use crate::words::bad_parameter;

const PAGE: u64 = 1_000;

/// The rows of an export, a page at a time.
struct Pages<R: Row> {
    selection: Selection<R>,
    visible: Visible,
    rows: DatabaseConnection,
    after: Option<Cursor>,
    done: bool,
}

impl<R: Row> Pages<R> {
    async fn next(&mut self) -> Result<Vec<Value>, Problem> {
        if self.done {
            return Ok(vec![]);
        }
        let mut page = self.selection.page(&self.visible, self.after.as_ref(), PAGE).all(&self.rows).await?;
        self.done = page.len() as u64 <= PAGE;
        page.truncate(PAGE as usize);
        self.after = page.last().map(|row| self.selection.cursor_after(row));
        Ok(page.iter().map(|row| serde_json::to_value(row).unwrap_or_default()).collect())
    }
}

pub async fn export<A: Record>(
    request: HttpRequest,
    caller: Caller,
    store: web::Data<Store>,
) -> Result<HttpResponse, Problem> {
    let selection = Selection::<A::Row>::parse(request.query_string(), store.clock().now())?;
    let rows = match selection.as_of {
        Some(at) => store.past::<A>(at).await?,
        None => store.database().reader.clone(),
    };
    let columns: Vec<String> = match &selection.only {
        Some(only) => members::<A::Row>().iter().filter(|name| only.contains(*name)).cloned().collect(),
        None => members::<A::Row>().to_vec(),
    };
    let pages = Pages { selection, visible: caller.visible, rows, after: None, done: false };
    let name = collection_name::<A>();
    match format(request.query_string()).as_deref() {
        None | Some("csv") => Ok(streamed(pages, Csv { columns }, &name)),
        Some("json") => Ok(streamed(pages, JsonLines { columns }, &name)),
        Some("xlsx") => xlsx(pages, &columns, &name).await,
        Some(_) => Err(bad_parameter("format", "csv, xlsx or json.", "csv, xlsx ან json.").into()),
    }
}

fn format(query: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).ok()?;
    pairs.into_iter().find(|(name, _)| name == "format").map(|(_, value)| value)
}

/// How rows become bytes.
trait Writing: 'static {
    const MEDIA_TYPE: &'static str;
    const EXTENSION: &'static str;
    fn head(&self) -> Vec<u8>;
    fn rows(&self, rows: &[Value]) -> Vec<u8>;
}

fn streamed<R: Row, W: Writing>(pages: Pages<R>, writing: W, name: &str) -> HttpResponse {
    let head = Some(writing.head());
    let body = stream::try_unfold((pages, writing, head), |(mut pages, writing, head)| async move {
        if let Some(head) = head {
            return Ok::<_, Problem>(Some((Bytes::from(head), (pages, writing, None))));
        }
        let rows = pages.next().await?;
        Ok((!rows.is_empty()).then(|| (Bytes::from(writing.rows(&rows)), (pages, writing, None))))
    });
    attachment(W::MEDIA_TYPE, name, W::EXTENSION).streaming(body)
}

fn attachment(media_type: &str, name: &str, extension: &str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.content_type(media_type);
    response.insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{extension}\"")));
    response
}

/// RFC 4180 with a byte-order mark, so that spreadsheets read Georgian.
struct Csv {
    columns: Vec<String>,
}

impl Writing for Csv {
    const MEDIA_TYPE: &'static str = "text/csv; charset=utf-8";
    const EXTENSION: &'static str = "csv";

    fn head(&self) -> Vec<u8> {
        [b"\xef\xbb\xbf".to_vec(), lines(std::iter::once(self.columns.clone()))].concat()
    }

    fn rows(&self, rows: &[Value]) -> Vec<u8> {
        lines(rows.iter().map(|row| self.columns.iter().map(|name| defused(cell(&row[name]))).collect::<Vec<_>>()))
    }
}

fn lines(rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(vec![]);
    for row in rows {
        // Writing to memory does not fail.
        let _ = writer.write_record(&row);
    }
    writer.into_inner().unwrap_or_default()
}

/// One object a line.
struct JsonLines {
    columns: Vec<String>,
}

impl Writing for JsonLines {
    const MEDIA_TYPE: &'static str = "application/x-ndjson";
    const EXTENSION: &'static str = "jsonl";

    fn head(&self) -> Vec<u8> {
        vec![]
    }

    fn rows(&self, rows: &[Value]) -> Vec<u8> {
        let line = |row: &Value| {
            let members = self.columns.iter().map(|name| (name.clone(), row[name].clone()));
            format!("{}\n", Value::Object(members.collect()))
        };
        rows.iter().map(line).collect::<String>().into_bytes()
    }
}

async fn xlsx<R: Row>(mut pages: Pages<R>, columns: &[String], name: &str) -> Result<HttpResponse, Problem> {
    let broken = |_| Problem::from(Fault::internal());
    let mut workbook = Workbook::new();
    // Rows go to a temporary file as they are written, so memory stays flat.
    let sheet = workbook.add_worksheet_with_constant_memory().map_err(broken)?;
    sheet.write_row(0, 0, columns).map_err(broken)?;
    let mut line = 1;
    loop {
        let rows = pages.next().await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            for (index, column) in columns.iter().enumerate() {
                write_cell(sheet, line, index as u16, &row[column]).map_err(broken)?;
            }
            line += 1;
        }
    }
    let body = workbook.save_to_buffer().map_err(broken)?;
    let media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(attachment(media_type, name, "xlsx").body(body))
}

fn write_cell(
    sheet: &mut rust_xlsxwriter::Worksheet,
    line: u32,
    column: u16,
    value: &Value,
) -> Result<(), rust_xlsxwriter::XlsxError> {
    match value {
        Value::Null => Ok(()),
        Value::Number(number) => sheet.write_number(line, column, number.as_f64().unwrap_or_default()).map(drop),
        Value::Bool(flag) => sheet.write_boolean(line, column, *flag).map(drop),
        // A string cell is never a formula.
        other => sheet.write_string(line, column, cell(other)).map(drop),
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A spreadsheet takes `=…`, `@…` and the like for formulas; an apostrophe makes them text (OWASP, CSV injection).
/// Numbers and telephone numbers stay as they are.
fn defused(text: String) -> String {
    let number = text.len() > 1 && text.bytes().skip(1).all(|byte| byte.is_ascii_digit() || byte == b'.');
    let dangerous = text.starts_with(['=', '@', '\t', '\r']) || (text.starts_with(['+', '-']) && !number);
    if dangerous { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_only_text_in_the_export() {
        assert_eq!(defused("=cmd|' /C calc'!A0".into()), "'=cmd|' /C calc'!A0");
        assert_eq!(defused("@SUM(1)".into()), "'@SUM(1)");
        assert_eq!(defused("+995599123456".into()), "+995599123456");
        assert_eq!(defused("-12.50".into()), "-12.50");
        assert_eq!(defused("ნინო".into()), "ნინო");
    }
}
