//! The words of DynamoDB's expressions, and what they stand for.

use std::collections::{BTreeMap, VecDeque};

use super::attribute::{Attribute, Item};

/// What names beginning with `#` stand for.
pub type Names = BTreeMap<String, String>;

/// An expression that is being read, word by word.
#[derive(Debug)]
pub struct Expression<'a> {
    text: &'a str,
    words: VecDeque<&'a str>,
    names: &'a Names,
    values: &'a Item,
}

/// What an expression compares or assigns.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// What the item has under this name.
    Attribute(String),
    /// A value of the request.
    Value(Attribute),
}

impl Operand {
    /// What it is of this item.
    pub fn of<'a>(&'a self, item: &'a Item) -> Option<&'a Attribute> {
        match self {
            Self::Attribute(name) => item.get(name),
            Self::Value(value) => Some(value),
        }
    }
}

impl<'a> Expression<'a> {
    /// This text, with these names and values.
    pub fn new(text: &'a str, names: &'a Names, values: &'a Item) -> Result<Self, String> {
        let mut words = VecDeque::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let length = word_length(rest).ok_or_else(|| format!("`{rest}` of `{text}` is not understood"))?;
            let (word, after) = rest.split_at(length);
            words.push_back(word);
            rest = after.trim_start();
        }
        Ok(Self { text, words, names, values })
    }

    /// The next word, which stays.
    pub fn peek(&self) -> Option<&'a str> {
        self.words.front().copied()
    }

    /// The next word.
    pub fn next(&mut self) -> Result<&'a str, String> {
        self.words.pop_front().ok_or_else(|| format!("`{}` ends too soon", self.text))
    }

    /// Whether this word comes next; it is read if so. Capitals or not are the same.
    pub fn take(&mut self, word: &str) -> bool {
        let next = self.peek().is_some_and(|next| next.eq_ignore_ascii_case(word));
        if next {
            self.words.pop_front();
        }
        next
    }

    /// Reads this word.
    pub fn expect(&mut self, word: &str) -> Result<(), String> {
        if self.take(word) { Ok(()) } else { Err(self.unexpected(word)) }
    }

    /// Whether a function of this name comes next; its name and the parenthesis are read if so.
    pub fn take_function(&mut self, name: &str) -> bool {
        let next = self.words.get(1) == Some(&"(") && self.take(name);
        if next {
            self.words.pop_front();
        }
        next
    }

    /// The name of an attribute. Paths into maps and lists are not understood.
    pub fn name(&mut self) -> Result<String, String> {
        let word = self.next()?;
        match word.chars().next() {
            Some('#') => self.names.get(word).cloned().ok_or_else(|| format!("nothing is said of `{word}`")),
            Some(first) if first.is_ascii_alphabetic() && !word.contains(['.', '[']) => Ok(word.to_owned()),
            _ => Err(format!("`{word}` of `{}` is no name", self.text)),
        }
    }

    /// A name or a value.
    pub fn operand(&mut self) -> Result<Operand, String> {
        match self.peek() {
            Some(word) if word.starts_with(':') => Ok(Operand::Value(self.value()?)),
            _ => Ok(Operand::Attribute(self.name()?)),
        }
    }

    /// A value.
    pub fn value(&mut self) -> Result<Attribute, String> {
        let word = self.next()?;
        self.values.get(word).cloned().ok_or_else(|| format!("nothing is said of `{word}`"))
    }

    /// Makes sure that nothing follows.
    pub fn end(&self) -> Result<(), String> {
        if self.words.is_empty() { Ok(()) } else { Err(self.unexpected("the end")) }
    }

    fn unexpected(&self, wanted: &str) -> String {
        format!("`{}` has {:?} where {wanted} would be understood", self.text, self.peek())
    }
}

/// The names that a projection lists.
pub fn projection(text: &str, names: &Names) -> Result<Vec<String>, String> {
    let none = Item::new();
    let mut expression = Expression::new(text, names, &none)?;
    let mut projected = vec![expression.name()?];
    while expression.take(",") {
        projected.push(expression.name()?);
    }
    expression.end()?;
    Ok(projected)
}

fn word_length(text: &str) -> Option<usize> {
    let of_a_word = |c: char| c.is_ascii_alphanumeric() || "_#:.[]".contains(c);
    match text.find(|c| !of_a_word(c)).unwrap_or(text.len()) {
        0 => ["<>", "<=", ">=", "=", "<", ">", "(", ")", ",", "+", "-"]
            .iter()
            .find(|symbol| text.starts_with(**symbol))
            .map(|symbol| symbol.len()),
        length => Some(length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_projection_lists_names_and_what_stands_for_names() {
        let names = Names::from([("#status".to_owned(), "status".to_owned())]);
        assert_eq!(projection("sk, #status,body", &names).unwrap(), ["sk", "status", "body"]);
        for unknown in ["sk, #other", "sk body", "a.b", "a[0]", "sk,", ":value", "a & b"] {
            projection(unknown, &names).unwrap_err();
        }
    }
}
