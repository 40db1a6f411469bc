//! A running `darbazi`, with data of its own and on a port that is free.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};
use testkit::Client;

const PASSWORD: &str = "test-Password-1";

pub struct Program {
    child: Child,
    url: String,
}

impl Program {
    /// Starts it, and waits until it says that it serves.
    pub fn start(data: &Path) -> Self {
        Self::started(command(data))
    }

    /// As [`Program::start`], with settings of the test's own.
    pub fn started(mut command: Command) -> Self {
        let mut child = command.arg("run").stdout(Stdio::piped()).spawn().expect("a program that starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let serves = |line: &String| line.contains("serves at");
        let line = lines.by_ref().map_while(Result::ok).find(serves).expect("a program that serves");
        let url = line.split_whitespace().find(|word| word.starts_with("http")).expect("its address").to_owned();
        // Somebody has to read what it prints later.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }

    pub async fn admin(&self) -> Client {
        let anybody = Client::new(&self.url, None);
        let credentials = json!({ "username": "admin", "password": PASSWORD });
        // The gateway lets nobody in before it knows the services' documents.
        let tokens = testkit::eventually("a session", async || {
            let answer = anybody.post("/api/identity/v1/sessions", credentials.clone()).send().await;
            (answer.status == 201).then(|| answer.json())
        });
        anybody.with_token(tokens.await["access_token"].as_str().expect("an access token"))
    }

    /// Ends it at once, as a lost machine would.
    pub fn kill(mut self) {
        self.child.kill().expect("a program to kill");
        self.child.wait().expect("its end");
    }

    /// Asks it to stop, as Ctrl-C and Kubernetes do; whether it ended well.
    pub fn stop(mut self) -> bool {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(told.expect("kill").success());
        self.child.wait().expect("its end").success()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs it to its end.
pub fn run(data: &Path, arguments: &[&str]) -> Output {
    command(data).args(arguments).output().expect("a program that runs")
}

/// The program with data of its own, to be told what to do.
pub fn command(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_darbazi"));
    command
        .env("DARBAZI_DATA", data)
        .env("DARBAZI_LISTEN", "127.0.0.1:0")
        .env("DARBAZI_ADMIN_PASSWORD", PASSWORD)
        .env("DARBAZI_LOG", "error")
        .env("DARBAZI_WORKERS", "1");
    command
}

/// Begins an import of people.
pub async fn import(admin: &Client, table: &str) -> String {
    let upload = admin.request("POST".parse().expect("a method"), "/api/identity/v1/employees/import");
    let job = upload.body("text/csv", table.to_owned()).expect(202).await;
    format!("/api/identity/v1/jobs/{}", job["id"].as_str().expect("a job"))
}

/// Waits until `enough` is true of a job.
pub async fn job_is(admin: &Client, job: &str, enough: impl Fn(&Value) -> bool) -> Value {
    testkit::eventually("the import", async || {
        let job = admin.get(job).expect(200).await;
        enough(&job).then_some(job)
    })
    .await
}
