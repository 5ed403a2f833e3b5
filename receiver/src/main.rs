//! A receiver to try the rail with. It verifies each request in both ways, prints what it got, and answers what it was told
//! to.
//!
//! What to answer is said on the command line for all requests, or in the query of an endpoint's URL for that endpoint:
//! `?status=503&delay=2000`, `?status=410`, `?hang=true`, `?fail=4` (the first four requests for each event fail).

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::Parser;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use rail::clock;
use rail::domain::secret::SigningSecret;
use rail::domain::signature::{self, VerifyError};
use tokio::net::TcpListener;

/// The most bytes of a request that are read: more than the largest event.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Receives webhooks on this machine, verifies and prints them.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    /// The port to listen on, at 127.0.0.1.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The signing secret to verify with; without one nothing is verified.
    #[arg(long, env = "WEBHOOK_SECRET", hide_env_values = true)]
    secret: Option<String>,
    /// The header of the `t=,v1=` signature.
    #[arg(long, default_value = "x-iof-signature")]
    signature_header: String,
    /// The status to answer with.
    #[arg(long, default_value_t = 200)]
    status: u16,
    /// How many milliseconds to wait before answering.
    #[arg(long, default_value_t = 0)]
    delay: u64,
    /// Never answer.
    #[arg(long)]
    hang: bool,
    /// Answer the first requests for each event with 500.
    #[arg(long, default_value_t = 0, value_name = "TIMES")]
    fail: u32,
}

struct Receiver {
    cli: Cli,
    secret: Option<SigningSecret>,
    seen: Mutex<HashMap<String, u32>>,
}

/// What to do with a request.
struct Behaviour {
    status: u16,
    delay: Duration,
    hang: bool,
    fail: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("receiver: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<(), Box<dyn std::error::Error>> {
    let secret = cli.secret.as_deref().map(SigningSecret::parse).transpose();
    let secret = secret.map_err(|error| format!("the secret {error}"))?;
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, cli.port))).await;
    let listener =
        listener.map_err(|error| format!("cannot listen on port {}, choose another with --port: {error}", cli.port))?;
    println!("listening on http://{}/", listener.local_addr()?);
    let receiver = Arc::new(Receiver { cli, secret, seen: Mutex::default() });
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted?.0,
            interrupt = tokio::signal::ctrl_c() => return Ok(interrupt?),
        };
        let receiver = receiver.clone();
        let service = service_fn(move |request| {
            let receiver = receiver.clone();
            async move { Ok::<_, Infallible>(receiver.receive(request).await) }
        });
        tokio::spawn(async move {
            let served = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
            if let Err(error) = served.await {
                eprintln!("a connection broke: {error}");
            }
        });
    }
}

impl Receiver {
    async fn receive(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let body = match Limited::new(body, MAX_BODY_BYTES).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => return answer(StatusCode::BAD_REQUEST, &format!("the body could not be read: {error}")),
        };
        let behaviour = match Behaviour::of(&self.cli, head.uri.query().unwrap_or_default()) {
            Ok(behaviour) => behaviour,
            Err(problem) => return answer(StatusCode::BAD_REQUEST, &problem),
        };
        let event = text(&head.headers, "webhook-id").to_owned();
        let status = self.status(&behaviour, &event);
        println!("{} {} {} · {}", clock::now(), head.method, head.uri, self.verdict(&head.headers, &body));
        println!("  {} · answering {}", event, if behaviour.hang { "nothing".to_owned() } else { status.to_string() });
        println!("  {}", String::from_utf8_lossy(&body));
        if behaviour.hang {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(behaviour.delay).await;
        answer(status, "")
    }

    fn status(&self, behaviour: &Behaviour, event: &str) -> StatusCode {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let times = seen.entry(event.to_owned()).or_default();
        *times += 1;
        if *times <= behaviour.fail {
            return StatusCode::INTERNAL_SERVER_ERROR;
        }
        StatusCode::from_u16(behaviour.status).unwrap_or(StatusCode::OK)
    }

    fn verdict(&self, headers: &HeaderMap, body: &[u8]) -> String {
        let Some(secret) = &self.secret else { return "not verified: no --secret".to_owned() };
        let now = clock::now();
        let standard = signature::verify_standard(
            text(headers, "webhook-id"),
            text(headers, "webhook-timestamp"),
            text(headers, "webhook-signature"),
            body,
            secret,
            now,
        );
        let header = &self.cli.signature_header;
        let timed = signature::verify_timed(text(headers, header), body, secret, now);
        let say =
            |result: Result<(), VerifyError>| result.map_or_else(|error| error.to_string(), |()| "valid".to_owned());
        format!("webhook-signature {}, {header} {}", say(standard), say(timed))
    }
}

impl Behaviour {
    /// What the command line says, unless the query says otherwise.
    fn of(cli: &Cli, query: &str) -> Result<Self, String> {
        let mut behaviour =
            Self { status: cli.status, delay: Duration::from_millis(cli.delay), hang: cli.hang, fail: cli.fail };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let wrong = |_| format!("`{name}={value}` cannot be understood");
            match name {
                "status" => behaviour.status = value.parse().map_err(wrong)?,
                "delay" => behaviour.delay = Duration::from_millis(value.parse().map_err(wrong)?),
                "fail" => behaviour.fail = value.parse().map_err(wrong)?,
                "hang" => behaviour.hang = value == "true",
                _ => return Err(format!("`{name}` is not one of status, delay, hang, fail")),
            }
        }
        Ok(behaviour)
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn answer(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text.to_owned())));
    *response.status_mut() = status;
    response
}
