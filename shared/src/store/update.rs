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
    add: Vec<String>,
}

impl Update {
    /// Of this request, which names table and key.
    pub fn of(what: &'static str, request: UpdateItemFluentBuilder) -> Self {
        Self { what, request, set: Vec::new(), remove: Vec::new(), add: Vec::new() }
    }

    /// Sets an attribute.
    pub fn set(self, name: &str, value: &impl Serialize) -> Result<Self, StoreError> {
        self.assign(name, value, format!("#{name} = :{name}"))
    }

    /// Appends to an attribute that is a list.
    pub fn append(self, name: &str, values: &[impl Serialize]) -> Result<Self, StoreError> {
        self.assign(name, &values, format!("#{name} = list_append(#{name}, :{name})"))
    }

    /// Sets an attribute that is not there yet.
    pub fn set_if_absent(self, name: &str, value: &impl Serialize) -> Result<Self, StoreError> {
        self.assign(name, value, format!("#{name} = if_not_exists(#{name}, :{name})"))
    }

    /// Sets an attribute to a value that is one already.
    pub fn set_raw(self, name: &str, value: AttributeValue) -> Self {
        self.assign_raw(name, value, format!("#{name} = :{name}"))
    }

    /// Removes an attribute.
    pub fn remove(mut self, name: &str) -> Self {
        self.request = self.request.expression_attribute_names(format!("#{name}"), name);
        self.remove.push(format!("#{name}"));
        self
    }

    /// Adds to an attribute that is a number, or begins with it.
    pub fn add(mut self, name: &str, number: u32) -> Self {
        self.request = self.request.expression_attribute_names(format!("#{name}"), name);
        self.request =
            self.request.expression_attribute_values(format!(":{name}"), AttributeValue::N(number.to_string()));
        self.add.push(format!("#{name} :{name}"));
        self
    }

    /// Sets an attribute, or removes it.
    pub fn set_or_remove(self, name: &str, value: Option<&impl Serialize>) -> Result<Self, StoreError> {
        match value {
            Some(value) => self.set(name, value),
            None => Ok(self.remove(name)),
        }
    }

    /// The request, all but its condition.
    pub fn build(self) -> UpdateItemFluentBuilder {
        let clauses = [("SET", self.set), ("REMOVE", self.remove), ("ADD", self.add)];
        let clauses = clauses.into_iter().filter(|(_, parts)| !parts.is_empty());
        let expression: Vec<_> = clauses.map(|(clause, parts)| format!("{clause} {}", parts.join(", "))).collect();
        self.request.update_expression(expression.join(" "))
    }

    fn assign(self, name: &str, value: &impl Serialize, assignment: String) -> Result<Self, StoreError> {
        let value = serde_dynamo::to_attribute_value(value).map_err(|error| unreadable(self.what, &error))?;
        Ok(self.assign_raw(name, value, assignment))
    }

    fn assign_raw(mut self, name: &str, value: AttributeValue, assignment: String) -> Self {
        self.request = self.request.expression_attribute_names(format!("#{name}"), name);
        self.request = self.request.expression_attribute_values(format!(":{name}"), value);
        self.set.push(assignment);
        self
    }
}

/// Whether an update was refused because its condition did not hold.
pub fn condition_failed<R>(error: &SdkError<UpdateItemError, R>) -> bool {
    error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception)
}
