//! One check, and what it found.

use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use serde::Serialize;

use crate::output::plain;

#[derive(Debug, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: String,
    #[serde(rename = "result")]
    pub level: Level,
    /// What was found.
    pub found: String,
    /// What to do about it.
    pub advice: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Ok,
    Warning,
    Failed,
}

impl Level {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
        }
    }
}

impl Check {
    pub fn ok(name: impl Into<String>, found: impl Into<String>) -> Self {
        Self { name: name.into(), level: Level::Ok, found: found.into(), advice: None }
    }

    pub fn warning(name: impl Into<String>, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name: name.into(), level: Level::Warning, found: found.into(), advice: Some(advice.into()) }
    }

    pub fn failed(name: impl Into<String>, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name: name.into(), level: Level::Failed, found: found.into(), advice: Some(advice.into()) }
    }

    /// What could not be looked at: for lack of this permission, or because AWS said something else.
    pub fn unseen(name: impl Into<String>, permission: &str, error: &impl ProvideErrorMetadata) -> Self {
        let name = name.into();
        let code = error.code().unwrap_or_default();
        if is_denial(code) {
            let found = format!("could not be checked: needs {permission}");
            return Self::warning(name, found, format!("ask for {permission}, or let somebody who has it look"));
        }
        if code.is_empty() {
            return Self::failed(name, format!("no answer to {permission}"), "is AWS reachable from here? Look again");
        }
        let found = format!("{code}: {}", error.message().unwrap_or("no more is said"));
        Self::failed(name, plain(&found), "was it deleted or changed by hand? Deploy the stack again")
    }
}

/// Whether that is what AWS's services call a lack of permission.
pub fn is_denial(code: &str) -> bool {
    let code = code.rsplit(['.', '#', ':']).next().unwrap_or_default();
    ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "NotAuthorized"]
        .contains(&code)
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudformation::error::ErrorMetadata;

    use super::*;

    #[test]
    fn a_lack_of_permission_is_a_warning_and_anything_else_a_failure() {
        let said = |code: &str| ErrorMetadata::builder().code(code).message("it says").build();
        let denied = Check::unseen("table", "dynamodb:DescribeTable", &said("AccessDeniedException"));
        assert_eq!(denied.level, Level::Warning);
        assert_eq!(denied.found, "could not be checked: needs dynamodb:DescribeTable");
        let gone = Check::unseen("table", "dynamodb:DescribeTable", &said("ResourceNotFoundException"));
        assert_eq!((gone.level, gone.found.as_str()), (Level::Failed, "ResourceNotFoundException: it says"));
        assert_eq!(Check::unseen("table", "x", &ErrorMetadata::builder().build()).level, Level::Failed);
    }
}
