//! Recoveries in their table: how far each got, and who may say so.

use rail::clock;
use rail::domain::id::{EndpointId, EventId, RecoveryId};
use rail::domain::period::Period;
use rail::domain::recovery::{Recovery, RecoveryStatus, Turn};
use rail::store::Log;

use crate::{Shape, later, table, tenant};

#[tokio::test]
async fn a_turn_is_recorded_once_from_where_it_began() {
    let (client, name) = table(Shape::Indexed).await;
    let log = Log::new(client, name);
    let now = clock::now();
    let period = Period::of_the_past("2026-01-01T00:00:00Z".parse().unwrap(), None, now).unwrap();
    let (id, endpoint) = (RecoveryId::new(now, clock::random()), EndpointId::new(now, clock::random()));
    let begun = Recovery::new(id, tenant("acme"), endpoint, period, now);
    log.insert_recovery(&begun).await.unwrap();
    assert_eq!(log.find_recovery(&tenant("acme"), id, now).await.unwrap(), Some(begun.clone()));
    assert_eq!(log.find_recovery(&tenant("other"), id, now).await.unwrap(), None);

    let turn = Turn { reached: Some(EventId::new(now, 7)), more: true, recovered: 3, skipped: 1 };
    let going = begun.after(turn, now);
    assert!(log.advance_recovery(&begun, &going).await.unwrap());
    assert!(!log.advance_recovery(&begun, &going).await.unwrap(), "somebody else took this turn");
    assert_eq!(log.find_recovery(&tenant("acme"), id, now).await.unwrap(), Some(going.clone()));

    let last = going.after(Turn { reached: None, more: false, recovered: 0, skipped: 0 }, now);
    assert!(log.advance_recovery(&going, &last).await.unwrap());
    assert!(!log.advance_recovery(&going, &going.stopped(now)).await.unwrap(), "what is over stays so");
    let found = log.find_recovery(&tenant("acme"), id, now).await.unwrap().unwrap();
    assert_eq!((found.status, found.recovered), (RecoveryStatus::Completed { at: now }, 3));
    assert_eq!(
        log.find_recovery(&tenant("acme"), id, later() + jiff::SignedDuration::from_hours(200)).await.unwrap(),
        None
    );
}
