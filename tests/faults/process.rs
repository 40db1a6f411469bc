//! One process of the platform.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How soon a process that was killed must serve again.
const BACK_WITHIN: Duration = Duration::from_secs(15);

pub struct Process {
    program: PathBuf,
    environment: Vec<(String, String)>,
    log: PathBuf,
    pub address: String,
    child: Option<Child>,
}

impl Process {
    /// A process that is to be started; its address stays the same over its lives.
    pub fn new(program: &Path, log: PathBuf, mut environment: Vec<(String, String)>) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let address = format!("127.0.0.1:{port}");
        environment.push(("DARBAZI_LISTEN".into(), address.clone()));
        Self { program: program.to_owned(), environment, log, address, child: None }
    }

    /// From the next start on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn start(&mut self, extra: &[(&str, &str)]) {
        let log = File::options().create(true).append(true).open(&self.log).expect("a log file");
        let mut command = Command::new(&self.program);
        command.arg("run").envs(self.environment.iter().map(|(name, value)| (name, value))).envs(extra.iter().copied());
        command.stdout(log.try_clone().expect("a log file")).stderr(log).stdin(Stdio::null());
        self.child = Some(command.spawn().expect("a program that starts"));
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Waits for its end, whoever brings it about.
    pub async fn ends(&mut self, within: Duration) {
        let begun = Instant::now();
        while !matches!(self.child.as_mut().map(Child::try_wait), None | Some(Ok(Some(_)))) {
            assert!(begun.elapsed() < within, "{} does not end", self.log.display());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.child = None;
    }

    /// Sends a signal by its name: `STOP`, `CONT`, `TERM`.
    pub fn signal(&self, name: &str) {
        let id = self.child.as_ref().expect("a process that runs").id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().expect("kill").success());
    }

    /// Waits until it serves; how long that took. Longer than [`BACK_WITHIN`] is too long.
    pub async fn serves(&self) -> Duration {
        let begun = Instant::now();
        let http = reqwest::Client::builder().tls_certs_only([]).no_proxy().build().expect("a client");
        let ready = format!("{}/readyz", self.url());
        loop {
            let answer = http.get(&ready).timeout(Duration::from_secs(2)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return begun.elapsed();
            }
            let log = self.log.display();
            assert!(begun.elapsed() < BACK_WITHIN, "{log}: not serving after {} s", BACK_WITHIN.as_secs());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What it said.
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
