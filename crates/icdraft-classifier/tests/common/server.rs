//! A server that speaks the hub's file API: what a revision is, and its files by ranges, large ones by way of a redirect.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// The commit of every repository; `main` and `v1` lead to it.
pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

type Files = BTreeMap<String, Vec<u8>>;

#[derive(Debug, Default)]
struct State {
    repositories: BTreeMap<String, Files>,
    asked: Vec<String>,
}

/// The server; it ends with the tests.
#[derive(Debug)]
pub struct Server {
    pub endpoint: String,
    state: Arc<Mutex<State>>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let (shared, here) = (state.clone(), endpoint.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that has gone away is no concern of the others.
                let _ = answer(stream.unwrap(), &shared, &here);
            }
        });
        Self { endpoint, state }
    }

    /// Serves the files of a folder as `owner/name`.
    pub fn serve(&self, repository: &str, folder: &Path) {
        let mut files = Files::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in std::fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                    files.insert(name, std::fs::read(path).unwrap());
                }
            }
        }
        self.state.lock().unwrap().repositories.insert(repository.to_owned(), files);
    }

    /// The paths asked for since the last call.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().asked)
    }
}

/// An address at which nothing listens.
pub fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn answer(mut stream: TcpStream, state: &Mutex<State>, endpoint: &str) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte)? > 0 {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let lower = head.to_lowercase();
    let from = lower.lines().find_map(|l| l.strip_prefix("range: bytes="));
    let range = from.and_then(|r| r.split_once('-')).map(|(from, to)| (from.parse().unwrap_or(0), to.parse().ok()));
    let mut state = state.lock().unwrap();
    state.asked.push(path.clone());
    let (status, headers, body) = reply(&state, endpoint, &path, range);
    drop(state);
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n")?;
    stream.write_all(&body)
}

type Reply = (&'static str, String, Vec<u8>);

fn reply(state: &State, endpoint: &str, path: &str, range: Option<(usize, Option<usize>)>) -> Reply {
    let nothing = ("404 Not Found", String::new(), b"{\"error\":\"not found\"}".to_vec());
    let parts: Vec<&str> = path.trim_start_matches('/').splitn(5, '/').collect();
    if let ["api", "models", owner, name, rest] = parts[..] {
        let revision = rest.strip_prefix("revision/").unwrap_or_default();
        let files = state.repositories.get(&format!("{owner}/{name}")).filter(|_| is_known(revision));
        let Some(files) = files else { return nothing };
        let siblings: Vec<_> = files.keys().map(|f| serde_json::json!({"rfilename": f})).collect();
        let body = serde_json::json!({"sha": COMMIT, "siblings": siblings}).to_string();
        return ("200 OK", "Content-Type: application/json\r\n".to_owned(), body.into_bytes());
    }
    let [owner, name, kind, revision, file] = parts[..] else { return nothing };
    let held = state.repositories.get(&format!("{owner}/{name}")).filter(|_| is_known(revision));
    let Some(body) = held.and_then(|files| files.get(file)) else { return nothing };
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    let mut headers = format!("X-Repo-Commit: {COMMIT}\r\nETag: \"{:016x}\"\r\n", hasher.finish());
    if kind == "resolve" && file.ends_with(".safetensors") {
        headers.push_str(&format!("Location: {endpoint}/{owner}/{name}/cdn/{revision}/{file}\r\n"));
        return ("302 Found", headers, Vec::new());
    }
    let (from, to) = range.unwrap_or((0, None));
    let to = to.map_or(body.len(), |to| to + 1).min(body.len());
    let last = to.saturating_sub(1);
    headers.push_str(&format!("Content-Range: bytes {from}-{last}/{}\r\n", body.len()));
    ("206 Partial Content", headers, body[from.min(to)..to].to_vec())
}

fn is_known(revision: &str) -> bool {
    ["main", "v1", COMMIT].contains(&revision)
}
