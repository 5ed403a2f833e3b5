//! Update expressions.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use super::StoreError;
use super::item::unreadable;

/// An update expression in the making: every attribute stands by a placeholder of its own name, since many names are
/// reserved words.
pub struct Update {
    what: &'static str,
    request: UpdateItemFluentBuilder,
    set: Vec<String>,
    remove: Vec<String>,
}

impl Update {
    /// Of this request, which names table and key.
    pub fn of(what: &'static str, request: UpdateItemFluentBuilder) -> Self {
        Self { what, request, set: Vec::new(), remove: Vec::new() }
    }

    /// Sets an attribute.
    pub fn set(self, name: &str, value: &impl Serialize) -> Result<Self, StoreError> {
        self.assign(name, value, format!("#{name} = :{name}"))
    }

    /// Appends to an attribute that is a list.
    pub fn append(self, name: &str, values: &[impl Serialize]) -> Result<Self, StoreError> {
        self.assign(name, &values, format!("#{name} = list_append(#{name}, :{name})"))
    }

    /// Sets an attribute, or removes it.
    pub fn set_or_remove(mut self, name: &str, value: Option<&impl Serialize>) -> Result<Self, StoreError> {
        let Some(value) = value else {
            self.request = self.request.expression_attribute_names(format!("#{name}"), name);
            self.remove.push(format!("#{name}"));
            return Ok(self);
        };
        self.set(name, value)
    }

    /// The request, all but its condition.
    pub fn build(self) -> UpdateItemFluentBuilder {
        let mut expression = format!("SET {}", self.set.join(", "));
        if !self.remove.is_empty() {
            expression = format!("{expression} REMOVE {}", self.remove.join(", "));
        }
        self.request.update_expression(expression)
    }

    fn assign(mut self, name: &str, value: &impl Serialize, assignment: String) -> Result<Self, StoreError> {
        let value: AttributeValue =
            serde_dynamo::to_attribute_value(value).map_err(|error| unreadable(self.what, &error))?;
        self.request = self.request.expression_attribute_names(format!("#{name}"), name);
        self.request = self.request.expression_attribute_values(format!(":{name}"), value);
        self.set.push(assignment);
        Ok(self)
    }
}

/// Whether an update was refused because its condition did not hold.
pub fn condition_failed<R>(error: &SdkError<UpdateItemError, R>) -> bool {
    error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception)
}
