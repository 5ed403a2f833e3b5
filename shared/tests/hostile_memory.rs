//! How much memory hostile receivers can make a batch of attempts take. The allocator counts for the whole process, so this
//! is the only test of its file.
#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should stop there")]

use std::time::Duration;

use futures::future::join_all;
use peak_alloc::PeakAlloc;
use rail::domain::target::TargetRules;

#[path = "hostile/attempt.rs"]
mod attempt;
#[path = "hostile/kinds.rs"]
mod kinds;
#[expect(dead_code, reason = "how an attempt ends is the matter of the other tests")]
#[path = "hostile/receiver.rs"]
mod receiver;

use attempt::{attempt, sender};
use kinds::{good, hostile};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// A batch of the queue.
const ATTEMPTS: usize = 10;
/// Bytes, of which the HTTP client's read buffers, 408 KB for each connection, are the greater part. What the receivers take
/// is counted with them.
const MOST: usize = 16 << 20;

#[tokio::test]
async fn ten_attempts_at_one_hostile_receiver_take_at_most_16_megabytes() {
    let sender = &sender(TargetRules::PrivateToo, Duration::from_millis(500));
    let ten_at = async |url: &str| join_all((0..ATTEMPTS).map(|_| attempt(sender, url))).await;
    // What is set up once.
    ten_at(&good().serve().await.url).await;

    let mut taken = Vec::new();
    for receiver in hostile() {
        let mut served = receiver.serve().await;
        let before = HEAP.current_usage();
        HEAP.reset_peak_usage();
        ten_at(&served.url).await;
        taken.push((HEAP.peak_usage() - before, receiver.name));
        served.all_closed().await;
    }
    taken.sort_unstable();
    println!("bytes, of ten attempts at each: {taken:#?}");
    assert!(taken.iter().all(|(bytes, _)| (1..=MOST).contains(bytes)), "{taken:#?}");
}
