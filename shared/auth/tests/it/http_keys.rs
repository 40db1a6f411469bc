use std::io::{Read, Write};
use std::net::TcpListener;

use auth::{HttpKeys, KeySet, KeySource, KeysUnavailable, SigningKey};

use crate::stage::at;

/// Answers one request with `answer`, and gives the address to ask.
fn serving(answer: String) -> HttpKeys {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(answer.as_bytes());
    });
    HttpKeys::new(&format!("http://{address}/v1/jwks.json")).unwrap()
}

fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

async fn why_not(keys: HttpKeys) -> String {
    let KeysUnavailable(why) = keys.fetch().await.unwrap_err();
    why
}

#[tokio::test]
async fn a_served_key_set_is_read() {
    let set = KeySet { keys: vec![SigningKey::generate(at(0)).public().clone()] };
    let keys = serving(answer("200 OK", &serde_json::to_string(&set).unwrap()));
    assert_eq!(keys.fetch().await, Ok(set));
}

#[tokio::test]
async fn an_error_or_gibberish_is_no_key_set() {
    assert!(why_not(serving(answer("500 Oops", "{\"keys\":[]}"))).await.contains("500"));
    assert!(why_not(serving(answer("200 OK", "<html>"))).await.contains("expected value"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    assert!(why_not(serving(elsewhere.into())).await.contains("302"));
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let keys = serving(answer("200 OK", &" ".repeat(70_000)));
    assert!(why_not(keys).await.contains("65536"));
}

#[tokio::test]
async fn nobody_listening_is_told_with_the_cause() {
    let keys = HttpKeys::new("http://127.0.0.1:1/jwks.json").unwrap();
    assert!(why_not(keys).await.contains("127.0.0.1:1"));
    assert!(HttpKeys::new("identity").is_err());
}
