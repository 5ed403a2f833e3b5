//! `rail doctor`: looks a deployed stack over.
//!
//! Each check stands for itself: what cannot be looked at is said, with the permission that is lacking, and hides no other.

use clap::Args;
use futures::future::join_all;
use url::Url;

use crate::api::address;
use crate::aws::{Aws, StackOptions};
use crate::failure::{Code, Failure};
use crate::output::{self, status};
use crate::terminal;

mod api;
mod check;
mod clock;
mod key;
mod queues;
mod stack;
mod tables;

use check::{Check, Level};

/// Looks a deployed stack over, and says for each check whether it is ok, and what to do if not.
///
/// It changes nothing. Exit code 1 says that something failed; warnings alone are 0.
#[derive(Args)]
pub struct Doctor {
    #[command(flatten)]
    stack: StackOptions,
    /// Where the API is, if not where the stack's output `ApiUrl` says.
    #[arg(long, env = "RAIL_URL", value_name = "URL")]
    url: Option<String>,
}

impl Doctor {
    pub async fn run(self, json: bool) -> Result<(), Failure> {
        let url = self.url.filter(|url| !url.is_empty()).map(|url| address(&url)).transpose()?;
        let aws = Aws::load(self.stack).await?;
        let spinner = output::spinner("Looking");
        let checks = examine(&aws, url).await;
        spinner.finish_and_clear();
        let checks = checks.map_err(|failure| aws.judge(failure))?;
        print(&checks, &aws.stack, json)?;
        if checks.iter().any(|check| check.level == Level::Failed) {
            return Err(Failure::Told(Code::Failed));
        }
        Ok(())
    }
}

async fn examine(aws: &Aws, url: Option<Url>) -> Result<Vec<Check>, Failure> {
    let (stack, mut checks) = stack::examine(aws).await?;
    checks.push(clock::examine(&aws.witness));
    let Some(stack) = stack else { return Ok(checks) };
    checks.extend(stack.settings(aws.is_real()));
    let resources = stack::functions(aws);
    let (functions, key) = futures::join!(resources, key::examine(aws, &stack));
    checks.extend([functions, key]);
    checks.extend(tables::examine(aws, &stack).await);
    let queues = queues::all();
    checks.extend(join_all(queues.iter().map(|queue| queues::examine(aws, &stack, queue))).await);
    checks.push(api::examine(&stack, url).await?);
    Ok(checks)
}

fn print(checks: &[Check], stack: &str, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(&serde_json::json!({ "stack": stack, "checks": checks }));
    }
    output::table(
        ["CHECK", "RESULT", "FOUND"],
        checks.iter().map(|check| [(&check.name).into(), status(check.level.name()), (&check.found).into()]),
    )?;
    let to_do: Vec<_> = checks.iter().filter_map(|check| Some((&check.name, check.advice.as_ref()?))).collect();
    if !to_do.is_empty() {
        output::line("")?;
        output::table(["TO DO", ""], to_do.into_iter().map(|(name, advice)| [name.into(), advice.into()]))?;
    }
    let count = |level| checks.iter().filter(|check| check.level == level).count();
    let [ok, warnings, failed] = [Level::Ok, Level::Warning, Level::Failed].map(count);
    terminal::say(&format!("{ok} ok, {warnings} warnings, {failed} failed."));
    Ok(())
}
