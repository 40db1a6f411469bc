//! A page of a list, and a single item; now, or as of a past moment.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use event_store::row::column;
use event_store::{Entity, Record, Row, RowChange, Store};
use kernel::Fault;
use serde_json::{Map, Value, json};

use super::fields::instant;
use super::selection::Selection;
use crate::caller::Caller;
use crate::commands::Commands;
use crate::input::Key;
use crate::problem::Problem;
use crate::reply::{collection_url, etag, shown};
use crate::words::bad_parameter;

/// What a list is that shows some members only: not what the schema of its things promises.
pub const PARTIAL: &str = "application/vnd.darbazi.partial+json";

pub async fn list<A: Record>(
    request: HttpRequest,
    caller: Caller,
    store: web::Data<Store>,
) -> Result<HttpResponse, Problem> {
    let selection = Selection::<A::Row>::parse(request.query_string(), store.clock().now())?;
    let rows = match selection.as_of {
        Some(at) => store.past::<A>(at).await?,
        None => store.database().reader.clone(),
    };
    let mut found = selection.page(&caller.visible, None, selection.limit).all(&rows).await?;
    let more = found.len() as u64 > selection.limit;
    found.truncate(selection.limit as usize);
    let next = found.last().filter(|_| more).map(|row| selection.cursor_after(row).write());
    let items: Vec<Value> = found.iter().map(|row| item_of::<A>(&store, row, &selection)).collect();
    let mut body = json!({ "items": items, "next_cursor": next });
    if selection.with_total {
        body["total"] = json!(selection.count(&caller.visible, &rows).await?);
    }
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = &next {
        let link = next_page(&collection_url::<A>(store.service()), request.query_string(), cursor);
        response.insert_header((header::LINK, format!("<{link}>; rel=\"next\"")));
    }
    if selection.only.is_some() {
        response.content_type(PARTIAL);
    }
    Ok(response.json(body))
}

fn item_of<A: Record>(store: &Store, row: &A::Row, selection: &Selection<A::Row>) -> Value {
    match (&selection.only, shown::<A>(store.service(), row)) {
        (Some(only), Value::Object(members)) => {
            Value::Object(members.into_iter().filter(|(name, _)| only.contains(name)).collect::<Map<_, _>>())
        }
        (_, body) => body,
    }
}

fn next_page(url: &str, query: &str, cursor: &str) -> String {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let mut pairs: Vec<_> = pairs.into_iter().filter(|(name, _)| name != "cursor").collect();
    pairs.push(("cursor".into(), cursor.into()));
    format!("{url}?{}", serde_urlencoded::to_string(pairs).unwrap_or_default())
}

/// One item: `?as_of=` for its past, `If-None-Match` for 304.
pub async fn item<A: Record>(
    request: HttpRequest,
    key: Key<A>,
    caller: Caller,
    commands: Commands<A>,
) -> Result<HttpResponse, Problem> {
    let store = commands.store();
    let query: Vec<(String, String)> = serde_urlencoded::from_str(request.query_string()).unwrap_or_default();
    let row = match query.iter().find(|(name, _)| name == "as_of") {
        None => commands.row(&caller, &key).await?,
        Some((_, at)) => <A::Row>::from(&as_it_was(&commands, &caller, &key, at).await?),
    };
    let tag = etag(version(&row));
    let unchanged = request.headers().get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    if unchanged.is_some_and(|tags| tags == "*" || tags.split(',').any(|known| known.trim() == tag)) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    Ok(HttpResponse::Ok().insert_header((header::ETAG, tag)).json(shown::<A>(store.service(), &row)))
}

fn version<R: Row>(row: &R) -> i64 {
    match column::<R>("version").map(|version| row.get(version)) {
        Some(sea_orm::Value::BigInt(Some(version))) => version,
        _ => 0,
    }
}

async fn as_it_was<A: Record>(
    commands: &Commands<A>,
    caller: &Caller,
    key: &Key<A>,
    at: &str,
) -> Result<Entity<A>, Problem> {
    let store = commands.store();
    let at = instant(at).filter(|at| *at <= store.clock().now());
    let wrong = || bad_parameter("as_of", "This must be an instant in the past.", "უნდა იყოს წარსული დრო.");
    let at = at.ok_or_else(wrong)?;
    let today = commands.entity_unseen(key).await?.ok_or_else(Fault::not_found)?;
    let entity = store.load_as_of::<A>(today.id, at).await?.ok_or_else(Fault::not_found)?;
    let seen = caller.sees(&RowChange::put(<A::Row>::from(&entity)));
    if seen { Ok(entity) } else { Err(Fault::not_found().into()) }
}
