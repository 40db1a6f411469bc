//! What lists, items, their past and their exports do alike.

use reqwest::Method;

use super::operations::{self, Operation};
use super::walk::{Walk, is_named};

#[tokio::test(flavor = "multi_thread")]
async fn a_page_has_one_to_two_hundred_rows() {
    let mut walk = Walk::begin().await;
    for operation in operations::all().iter().filter(|operation| operation.has_parameter("query", "limit")) {
        let largest = if operation.is_list() { 200 } else { 500 };
        for limit in ["-1", "0", &(largest + 1).to_string(), "many", "", "9999999999999999999999"] {
            let request = walk.request(operation, &format!("?limit={limit}"));
            walk.refused(operation, request, 400, "bad-parameter").await;
        }
        if !operation.is_stream() {
            let request = walk.request(operation, &format!("?limit={largest}"));
            walk.send(operation, request).await;
        }
    }
    walk.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_goes_with_the_list_it_came_from() {
    let mut walk = Walk::begin().await;
    for operation in operations::all().iter().filter(|operation| operation.is_list()) {
        for cursor in ["nonsense", "%00", "bnVsbA", "e30"] {
            let request = walk.request(operation, &format!("?cursor={cursor}"));
            walk.refused(operation, request, 400, if cursor == "%00" { "bad-parameter" } else { "foreign-cursor" })
                .await;
        }
        let request = walk.request(operation, "?limit=1");
        let first = walk.send(operation, request).await;
        let Some(cursor) = first.json()["next_cursor"].as_str().map(str::to_owned) else { continue };
        let next = format!("cursor={cursor}");
        if !first.header("link").is_some_and(|link| link.contains(&next) && link.ends_with("rel=\"next\"")) {
            walk.note(operation, format!("no Link to the next page: {:?}", first.header("link")));
        }
        let request = walk.request(operation, &format!("?limit=1&{next}"));
        let second = walk.send(operation, request).await;
        if second.json()["items"][0]["id"] == first.json()["items"][0]["id"] {
            walk.note(operation, "the second page begins as the first".to_owned());
        }
        let request = walk.request(operation, &format!("?sort=created_at&{next}"));
        walk.refused(operation, request, 400, "foreign-cursor").await;
    }
    walk.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_past_can_be_asked_for() {
    let mut walk = Walk::begin().await;
    for operation in operations::all().iter().filter(|operation| operation.has_parameter("query", "as_of")) {
        let times = ["2999-01-01T00:00:00Z", "yesterday", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "0"];
        for at in times.into_iter().chain(["%FF", "-99999-01-01T00:00:00Z"]) {
            let request = walk.request(operation, &format!("?as_of={at}"));
            walk.refused(operation, request, 400, "bad-parameter").await;
        }
    }
    walk.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_is_none_is_refused_in_parameters() {
    let mut walk = Walk::begin().await;
    for operation in operations::all() {
        let parameters = operation.described["parameters"].as_array().into_iter().flatten();
        let names: Vec<&str> = parameters
            .filter(|parameter| parameter["in"] == "query")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        for value in ["%00", "%FF"] {
            let query: Vec<String> = names.iter().map(|name| format!("{name}={value}")).collect();
            let request = walk.request(operation, &format!("?{}", query.join("&")));
            if names.is_empty() {
                continue;
            }
            let problem = walk.refused(operation, request, 400, "bad-parameter").await;
            let silent = names.iter().find(|name| !is_named(&problem, &format!("?{name}")));
            if let Some(name) = silent {
                walk.note(operation, format!("{name}={value} is not named: {problem}"));
            }
        }
    }
    walk.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_can_be_read_is_read_as_promised() {
    let mut walk = Walk::begin().await;
    for operation in operations::all().iter().filter(|operation| operation.method == Method::GET) {
        if operation.is_stream() {
            continue;
        }
        let request_id = format!("read-{}", kernel::id::random());
        let request = walk.request(operation, "").header("x-request-id", &request_id);
        let answered = walk.send(operation, request).await;
        if answered.header("x-request-id") != Some(&request_id) {
            walk.note(operation, format!("another X-Request-ID: {:?}", answered.header("x-request-id")));
        }
        let missing = operation.has_id() && walk.stage.thing(operation.service, operation.collection()).is_none();
        let expected = if missing { 404 } else { 200 };
        if answered.status != expected && !(answered.status == 400 && needs_parameters(operation)) {
            walk.note(operation, format!("{} {}", answered.status, answered.text));
        }
    }
    walk.end();
}

fn needs_parameters(operation: &Operation) -> bool {
    let parameters = operation.described["parameters"].as_array().into_iter().flatten();
    parameters.into_iter().any(|parameter| parameter["in"] == "query" && parameter["required"] == true)
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_come_in_each_format() {
    let mut walk = Walk::begin().await;
    for operation in operations::all().iter().filter(|operation| operation.is_export()) {
        for format in ["csv", "xlsx", "json"] {
            let query = format!("?format={format}");
            let request = walk.request(operation, &query);
            walk.send(operation, request).await;
            let begins: &[u8] = match format {
                "csv" => b"\xef\xbb\xbfid,",
                "xlsx" => b"PK",
                _ => b"",
            };
            let answer = walk.request(operation, &query).open().await;
            let (status, file) = (answer.status(), answer.bytes().await.expect("a file"));
            if status != 200 || !file.starts_with(begins) {
                walk.note(operation, format!("{format}: {status} {:?}", &file[..file.len().min(20)]));
            }
        }
        let request = walk.request(operation, "?format=pdf");
        walk.refused(operation, request, 400, "bad-parameter").await;
    }
    walk.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_carries_its_version_and_is_not_sent_twice() {
    let mut walk = Walk::begin().await;
    for operation in operations::all().iter().filter(|operation| operation.is_item()) {
        if walk.stage.thing(operation.service, operation.collection()).is_none() {
            continue;
        }
        let request = walk.request(operation, "");
        let answered = walk.send(operation, request).await;
        let tag = answered.header("etag").unwrap_or_default().to_owned();
        if tag != format!("\"{}\"", answered.json()["version"]) {
            walk.note(operation, format!("ETag {tag} of version {}", answered.json()["version"]));
        }
        let request = walk.request(operation, "").header("if-none-match", &tag);
        let again = walk.send(operation, request).await;
        if again.status != 304 || !again.text.is_empty() || again.header("etag") != Some(&tag) {
            walk.note(operation, format!("{} with If-None-Match: {}", again.status, again.text));
        }
    }
    walk.end();
}
