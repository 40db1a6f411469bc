//! A collector that keeps what it is sent.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

pub struct Collector {
    pub address: String,
    batches: Arc<Mutex<Vec<Batch>>>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Batch {
    pub head: String,
    pub body: Vec<u8>,
}

impl Batch {
    /// Protobuf keeps text as it is.
    pub fn says(&self, text: &str) -> bool {
        self.body.windows(text.len()).any(|window| window == text.as_bytes())
    }
}

impl Collector {
    pub fn listening() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let batches = Arc::new(Mutex::new(vec![]));
        let kept = batches.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let kept = kept.clone();
                thread::spawn(move || keep_all(stream.unwrap(), &kept));
            }
        });
        Self { address, batches }
    }

    /// The batch in which `text` occurs; tests run at the same time and may share one.
    pub fn batch_with(&self, text: &str) -> Batch {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(10) {
            if let Some(batch) = self.batches.lock().unwrap().iter().find(|batch| batch.says(text)) {
                return batch.clone();
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("nothing about {text} has arrived");
    }
}

fn keep_all(stream: TcpStream, kept: &Mutex<Vec<Batch>>) {
    let mut answers = stream.try_clone().unwrap();
    let mut requests = BufReader::new(stream);
    while let Some(batch) = read_batch(&mut requests) {
        kept.lock().unwrap().push(batch);
        answers.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
    }
}

fn read_batch(requests: &mut impl BufRead) -> Option<Batch> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if requests.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.to_lowercase().split("content-length: ").nth(1)?.lines().next()?.parse().ok()?;
    let mut body = vec![0; length];
    requests.read_exact(&mut body).ok()?;
    Some(Batch { head, body })
}
