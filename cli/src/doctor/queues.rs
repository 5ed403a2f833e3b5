//! The queues: what waits in them, and that their dead letters are none.

use std::collections::HashMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName as Name;

use super::check::Check;
use super::stack::Stack;
use crate::aws::Aws;
use crate::redrive::Kind;

mod age;

use age::Age;

/// A queue of the stack.
pub struct Queue {
    name: String,
    /// The stack's output with its URL.
    output: &'static str,
    /// The kind of dead letters, if it is a queue of such.
    dead_letters: Option<Kind>,
}

/// All of them: those that are worked at, and then those of their dead letters.
pub fn all() -> Vec<Queue> {
    let in_words = |kind: &Kind| kind.name().replace('-', " ");
    let mut queues: Vec<Queue> = Vec::new();
    for kind in Kind::all() {
        let (_, output) = kind.outputs();
        // Two kinds of dead letters may have come from one queue.
        if !queues.iter().any(|queue| queue.output == output) {
            queues.push(Queue { name: in_words(kind), output, dead_letters: None });
        }
    }
    queues.extend(Kind::all().iter().map(|kind| {
        let (output, _) = kind.outputs();
        Queue { name: format!("dead {}", in_words(kind)), output, dead_letters: Some(*kind) }
    }));
    queues
}

/// Of what waits longer than this somebody should know: a queue that is worked at has nothing so old. What waits for its next
/// attempt waits with the Scheduler, not here.
const OLD_SECONDS: u64 = 300;

/// What is in a queue.
struct Contents {
    waiting: u64,
    under_way: u64,
    delayed: u64,
}

pub async fn examine(aws: &Aws, stack: &Stack, queue: &Queue) -> Check {
    let Queue { name, output, dead_letters } = queue;
    let Some(url) = stack.outputs.get(*output) else {
        let found = format!("not known where it is: no output {output}");
        return Check::failed(name, found, "deploy the template again");
    };
    let names = [
        Name::ApproximateNumberOfMessages,
        Name::ApproximateNumberOfMessagesNotVisible,
        Name::ApproximateNumberOfMessagesDelayed,
    ];
    let asked = Client::new(&aws.config).get_queue_attributes().queue_url(url).set_attribute_names(Some(names.into()));
    let contents = match asked.send().await {
        Ok(answer) => Contents::read(&answer.attributes.unwrap_or_default()),
        Err(error) => return Check::unseen(name, "sqs:GetQueueAttributes", &error),
    };
    match dead_letters {
        Some(kind) => contents.as_dead_letters(name, &kind.name(), &aws.stack),
        None if contents.waiting == 0 => Check::ok(name, contents.in_words()),
        None => contents.as_work(name, age::of_the_oldest(aws, url).await),
    }
}

impl Contents {
    fn read(attributes: &HashMap<Name, String>) -> Self {
        let count = |name| attributes.get(&name).and_then(|text| text.parse().ok()).unwrap_or_default();
        Self {
            waiting: count(Name::ApproximateNumberOfMessages),
            under_way: count(Name::ApproximateNumberOfMessagesNotVisible),
            delayed: count(Name::ApproximateNumberOfMessagesDelayed),
        }
    }

    fn in_words(&self) -> String {
        let Self { waiting, under_way, delayed } = self;
        format!("{waiting} waiting, {under_way} under way, {delayed} delayed")
    }

    fn as_dead_letters(&self, name: &str, kind: &str, stack: &str) -> Check {
        let found = self.waiting + self.under_way + self.delayed;
        if found == 0 {
            return Check::ok(name, "none");
        }
        let advice = format!(
            "find and mend the cause, the log has message.failed; then: rail redrive --stack {stack} --queue {kind}"
        );
        Check::failed(name, format!("{found} dead letters"), advice)
    }

    fn as_work(&self, name: &str, oldest: Result<Option<u64>, Age>) -> Check {
        let words = self.in_words();
        match oldest {
            Ok(Some(seconds)) if seconds > OLD_SECONDS => {
                let advice = "is it being worked at? Look for message.failed and for throttles in the functions' log";
                Check::warning(name, format!("{words}; the oldest for {seconds} s"), advice)
            }
            Ok(Some(seconds)) => Check::ok(name, format!("{words}; the oldest for {seconds} s")),
            Ok(None) => Check::ok(name, format!("{words}; for how long is not measured yet")),
            Err(Age::Denied) => {
                let found = format!("{words}; for how long could not be checked: needs {}", age::PERMISSION);
                Check::warning(name, found, format!("ask for {}, or let somebody who has it look", age::PERMISSION))
            }
            Err(Age::Unknown(why)) => {
                Check::warning(name, format!("{words}; for how long could not be checked: {why}"), "look again")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::Level;

    const SOME: Contents = Contents { waiting: 2, under_way: 1, delayed: 0 };

    #[test]
    fn what_waits_is_a_matter_of_how_long() {
        let level = |oldest| SOME.as_work("retries", oldest).level;
        assert_eq!(level(Ok(Some(OLD_SECONDS))), Level::Ok);
        assert_eq!(level(Ok(Some(OLD_SECONDS + 1))), Level::Warning);
        assert_eq!(level(Ok(None)), Level::Ok);
        assert_eq!(level(Err(Age::Denied)), Level::Warning);
    }

    #[test]
    fn a_dead_letter_is_one_too_many() {
        let check = SOME.as_dead_letters("dead retries", "retries", "prod");
        assert_eq!((check.level, check.found.as_str()), (Level::Failed, "3 dead letters"));
        assert!(check.advice.unwrap().ends_with("rail redrive --stack prod --queue retries"));
        let nothing = Contents { waiting: 0, under_way: 0, delayed: 0 };
        assert_eq!(nothing.as_dead_letters("dead retries", "retries", "prod").level, Level::Ok);
    }
}
