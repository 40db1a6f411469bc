//! A caller of the gateway: signed in, not faster than the gateway allows, patient with what is away for a moment.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use reqwest::header::RETRY_AFTER;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::time::{Instant, Interval, interval, sleep};

use super::refused::{A_MOMENT, Refused};

pub struct Client {
    http: reqwest::Client,
    base: String,
    session: Option<Session>,
    pace: Interval,
}

/// The tokens of a session, or the one token that a service account gets.
struct Session {
    access: String,
    refresh: Option<String>,
    renew_at: Instant,
}

/// What is sent; made anew for each try.
struct Call<'a> {
    method: Method,
    path: &'a str,
    media_type: &'static str,
    body: Option<String>,
    idempotency_key: Option<String>,
}

/// The gateway allows 100 requests a second.
const PACE: Duration = Duration::from_millis(11);
/// About half a minute of moments.
const TRIES: usize = 100;
/// Tokens are renewed so long before they expire.
const EARLY_S: u64 = 60;
const JSON: &str = "application/json";

impl Client {
    /// Signs in with a password that is the user's own.
    pub async fn sign_in(base: &str, username: &str, password: &str) -> Result<Self> {
        let mut client = Self::anonymous(base);
        let answer = client.enter(username, password).await?;
        if answer["password_change_required"] == true {
            bail!("{username} has a password that serves once: change it first");
        }
        Ok(client)
    }

    /// Signs in with a password that serves once, and chooses another.
    pub async fn first_sign_in(&self, username: &str, once: &str, password: &str) -> Result<Self> {
        let mut client = Self::anonymous(&self.base);
        client.enter(username, once).await?;
        client.post("identity/v1/me/password", &json!({ "current": once, "new": password })).await?;
        // The token at hand allows nothing but the change.
        client.refresh().await?;
        Ok(client)
    }

    /// Comes in as a service account.
    pub async fn as_service(&self, id: &str, secret: &str) -> Result<Self> {
        let mut client = Self::anonymous(&self.base);
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let tokens = client.post_text("identity/v1/oauth/token", "application/x-www-form-urlencoded", form).await?;
        client.session = Some(Session::of(&tokens)?);
        Ok(client)
    }

    fn anonymous(base: &str) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        Self { http: reqwest::Client::new(), base, session: None, pace: interval(PACE) }
    }

    /// A platform that has just started may need a moment before it lets anybody in.
    async fn enter(&mut self, username: &str, password: &str) -> Result<Value> {
        let credentials = json!({ "username": username, "password": password });
        let mut tries = 0;
        let answer = loop {
            match self.post("identity/v1/sessions", &credentials).await {
                Err(error) if is_starting(&error) && tries < TRIES => tries += 1,
                answer => break answer.with_context(|| format!("signing in as {username}"))?,
            }
            sleep(A_MOMENT).await;
        };
        self.session = Some(Session::of(&answer)?);
        Ok(answer)
    }

    /// Paths are those of the gateway after `/api/`.
    pub async fn get(&mut self, path: &str) -> Result<Value> {
        self.send(&Call::new(Method::GET, path)).await
    }

    pub async fn post(&mut self, path: &str, body: &Value) -> Result<Value> {
        self.send(&Call::new(Method::POST, path).saying(body)).await
    }

    /// A repetition of the same request under the same key is answered, but not carried out.
    pub async fn post_once(&mut self, path: &str, body: &Value, key: String) -> Result<Value> {
        self.send(&Call { idempotency_key: Some(key), ..Call::new(Method::POST, path).saying(body) }).await
    }

    pub async fn post_text(&mut self, path: &str, media_type: &'static str, text: String) -> Result<Value> {
        self.send(&Call::new(Method::POST, path).with(media_type, text)).await
    }

    /// Every row of a list, page by page.
    pub async fn all(&mut self, path: &str) -> Result<Vec<Value>> {
        let mut rows = vec![];
        let mut next = format!("{path}?limit=200");
        loop {
            let page = self.get(&next).await?;
            rows.extend(page["items"].as_array().cloned().unwrap_or_default());
            let Some(cursor) = page["next_cursor"].as_str() else { return Ok(rows) };
            next = format!("{path}?limit=200&cursor={cursor}");
        }
    }

    async fn send(&mut self, call: &Call<'_>) -> Result<Value> {
        self.renew().await?;
        self.patiently(call).await
    }

    /// Waits for what passes: too many requests, a service that is away, an event that has not arrived.
    async fn patiently(&mut self, call: &Call<'_>) -> Result<Value> {
        let mut tries = 0;
        loop {
            let refused = match self.once(call).await? {
                Ok(answer) => return Ok(answer),
                Err(refused) => refused,
            };
            tries += 1;
            match refused.pause().filter(|_| tries < TRIES) {
                Some(pause) => sleep(pause).await,
                None => return Err(refused.into()),
            }
        }
    }

    /// Tokens live for minutes, a load may take longer.
    async fn renew(&mut self) -> Result<()> {
        let due = self.session.as_ref().is_some_and(|session| Instant::now() >= session.renew_at);
        if due { self.refresh().await } else { Ok(()) }
    }

    async fn refresh(&mut self) -> Result<()> {
        let refresh = self.session.as_ref().and_then(|session| session.refresh.clone());
        let Some(refresh) = refresh else { return Ok(()) };
        let body = json!({ "refresh_token": refresh });
        let tokens = self.patiently(&Call::new(Method::POST, "identity/v1/sessions/refresh").saying(&body)).await?;
        self.session = Some(Session::of(&tokens)?);
        Ok(())
    }

    async fn once(&mut self, call: &Call<'_>) -> Result<Result<Value, Refused>> {
        self.pace.tick().await;
        let answer = self.request(call).send().await.with_context(|| call.name())?;
        let status = answer.status();
        let retry_after_s = retry_after(&answer);
        let text = answer.text().await.with_context(|| call.name())?;
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        if status.is_success() {
            return Ok(Ok(body));
        }
        Ok(Err(Refused { request: call.name(), status: status.as_u16(), retry_after_s, problem: body }))
    }

    fn request(&self, call: &Call<'_>) -> RequestBuilder {
        let mut request = self.http.request(call.method.clone(), format!("{}/api/{}", self.base, call.path));
        if let Some(session) = &self.session {
            request = request.bearer_auth(&session.access);
        }
        if let Some(key) = &call.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        match &call.body {
            Some(body) => request.header("content-type", call.media_type).body(body.clone()),
            None => request,
        }
    }
}

impl<'a> Call<'a> {
    fn new(method: Method, path: &'a str) -> Self {
        Self { method, path, media_type: JSON, body: None, idempotency_key: None }
    }

    /// Some requests say all by their address.
    fn saying(self, body: &Value) -> Self {
        if body.is_null() { self } else { self.with(JSON, body.to_string()) }
    }

    fn with(self, media_type: &'static str, body: String) -> Self {
        Self { media_type, body: Some(body), ..self }
    }

    fn name(&self) -> String {
        format!("{} /api/{}", self.method, self.path)
    }
}

impl Session {
    fn of(answer: &Value) -> Result<Self> {
        let text = |name: &str| answer[name].as_str().map(str::to_owned);
        let lifetime_s = answer["expires_in"].as_u64().unwrap_or_default().saturating_sub(EARLY_S);
        let renew_at = Instant::now() + Duration::from_secs(lifetime_s);
        Ok(Self {
            access: text("access_token").context("the answer has no token")?,
            refresh: text("refresh_token"),
            renew_at,
        })
    }
}

fn retry_after(answer: &Response) -> Option<u64> {
    answer.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()
}

/// A gateway that does not know its services yet takes no operation for a public one.
fn is_starting(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Refused>().is_some_and(|refused| refused.code() == "token-missing")
}
