//! Imports point one way: functions → api → store, queue, … → domain.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should stop there")]

use std::fs;
use std::path::{Path, PathBuf};

fn sources(under: &Path) -> Vec<PathBuf> {
    if under.is_file() {
        return vec![under.to_owned()];
    }
    let entries = fs::read_dir(under).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| sources(&path)).filter(|path| path.extension().is_some_and(|e| e == "rs")).collect()
}

/// Lines of `room` that name anything of `forbidden`, outside comments.
fn trespasses(room: &str, forbidden: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let in_file = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let named = |line: &&str| forbidden.iter().any(|name| line.contains(name));
        code.filter(named).map(|line| format!("{}: {line}", path.display())).collect::<Vec<_>>()
    };
    sources(&root.join(room)).into_iter().flat_map(in_file).collect()
}

#[test]
fn the_domain_knows_nothing_of_aws_http_servers_time_dice_or_environment() {
    let outside = [
        "aws_",
        "lambda_",
        "reqwest",
        "tokio",
        "async ",
        "std::env",
        "std::fs",
        "std::net::Tcp",
        "getrandom",
        "::now()",
        "tracing",
        "crate::api",
        "crate::aws",
        "crate::batch",
        "crate::chores",
        "crate::clock",
        "crate::dead_letters",
        "crate::env",
        "crate::memory",
        "crate::queue",
        "crate::schedule",
        "crate::sealing",
        "crate::sender",
        "crate::store",
        "crate::publishing",
        "crate::wiring",
        "crate::packing",
    ];
    assert_eq!(trespasses("domain", &outside), Vec::<String>::new());
}

#[test]
fn adapters_know_nothing_of_the_http_edge() {
    for adapter in [
        "store",
        "batch.rs",
        "chores.rs",
        "queue.rs",
        "dead_letters.rs",
        "schedule.rs",
        "sealing.rs",
        "sender.rs",
        "publishing.rs",
        "packing.rs",
        "aws.rs",
    ] {
        assert_eq!(trespasses(adapter, &["crate::api", "lambda_http", "crate::wiring"]), Vec::<String>::new());
    }
}

#[test]
fn keys_are_spelt_in_one_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in sources(&root).into_iter().filter(|path| !path.ends_with("store/keys.rs")) {
        let text = fs::read_to_string(&path).unwrap();
        for spelling in ["TENANT#", "ENDPOINT#", "KEY#", "IDEMPOTENCY#"] {
            assert!(!text.contains(spelling), "{} spells {spelling}", path.display());
        }
    }
}
