//! A client that says what it expects.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// Talks to a service or the gateway, as one caller.
#[derive(Clone)]
pub struct Client {
    base: String,
    token: Option<String>,
    http: reqwest::Client,
}

/// An answer, fully read.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

/// A request that is being put together.
#[must_use]
pub struct Request {
    method: Method,
    path: String,
    builder: reqwest::RequestBuilder,
}

impl Client {
    pub fn new(base: impl Into<String>, token: Option<String>) -> Self {
        // Reading the machine's certificates takes longer than most tests, and nothing here speaks TLS.
        let http = reqwest::Client::builder().tls_certs_only([]).no_proxy().build().expect("a client");
        Self { base: base.into(), token, http }
    }

    /// The same place, another caller.
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    pub fn without_token(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    pub fn get(&self, path: &str) -> Request {
        self.request(Method::GET, path)
    }

    pub fn delete(&self, path: &str) -> Request {
        self.request(Method::DELETE, path)
    }

    pub fn post(&self, path: &str, body: Value) -> Request {
        self.request(Method::POST, path).json(&body)
    }

    pub fn put(&self, path: &str, body: Value) -> Request {
        self.request(Method::PUT, path).json(&body)
    }

    pub fn patch(&self, path: &str, body: Value) -> Request {
        self.request(Method::PATCH, path).body("application/merge-patch+json", body.to_string())
    }

    pub fn request(&self, method: Method, path: &str) -> Request {
        let mut builder = self.http.request(method.clone(), format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            builder = builder.bearer_auth(token);
        }
        Request { method, path: path.to_owned(), builder }
    }
}

impl Request {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    pub fn json(mut self, body: &Value) -> Self {
        self.builder = self.builder.json(body);
        self
    }

    pub fn form(mut self, form: &[(&str, &str)]) -> Self {
        self.builder = self.builder.form(form);
        self
    }

    pub fn body(mut self, media_type: &str, body: impl Into<reqwest::Body>) -> Self {
        self.builder = self.builder.header("content-type", media_type).body(body);
        self
    }

    /// Sends it; the answer's body is still to be read, for it may have no end.
    pub async fn open(self) -> reqwest::Response {
        let (method, path) = (self.method, self.path);
        self.builder.send().await.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// Sends it, whatever comes back.
    pub async fn send(self) -> Answered {
        let answer = self.open().await;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.unwrap_or_default();
        Answered { status, headers, text }
    }

    /// Sends it; anything but `status` fails the test, with the answer.
    pub async fn expect(self, status: u16) -> Value {
        self.expect_answer(status).await.json()
    }

    pub async fn expect_answer(self, status: u16) -> Answered {
        let name = format!("{} {}", self.method, self.path);
        let answered = self.send().await;
        assert_eq!(answered.status, status, "{name}: {}", answered.text);
        answered
    }

    /// Expects a refusal with this status and code.
    pub async fn refused(self, status: u16, code: &str) -> Value {
        let name = format!("{} {}", self.method, self.path);
        let problem = self.expect(status).await;
        assert_eq!(problem["code"], code, "{name}: {problem}");
        problem
    }
}

impl Answered {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
