//! JSON on one line, its values to the letter: `1.10` stays `1.10`.

use std::fmt::Write as _;

use super::plain::reorders;

/// JSON text without the white space between its values, and with everything in its texts escaped that a terminal would obey.
/// What it means stays the same.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let (mut within, mut escaped) = (false, false);
    for character in text.chars() {
        match character {
            ' ' | '\t' | '\n' | '\r' if !within => continue,
            obeyed if within && (obeyed.is_control() || reorders(obeyed)) => {
                // Those are single units of UTF-16. Writing to a String does not fail.
                write!(line, "\\u{:04x}", u32::from(obeyed)).unwrap_or_default();
            }
            other => line.push(other),
        }
        within = if within { escaped || character != '"' } else { character == '"' };
        escaped = within && character == '\\' && !escaped;
    }
    line
}

/// The same as people read it: each value on a line of its own.
pub fn indented(text: &str) -> String {
    let (mut shown, mut depth, mut within, mut escaped) = (String::with_capacity(text.len()), 0_usize, false, false);
    let line = one_line(text);
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let begins = !within && ['{', '['].contains(&character);
        let ends = !within && ['}', ']'].contains(&character);
        if ends {
            depth = depth.saturating_sub(1);
            break_line(&mut shown, depth);
        }
        shown.push(character);
        match character {
            _ if begins && characters.peek().is_some_and(|next| ['}', ']'].contains(next)) => {
                shown.extend(characters.next());
            }
            _ if begins => {
                depth += 1;
                break_line(&mut shown, depth);
            }
            ',' if !within => break_line(&mut shown, depth),
            ':' if !within => shown.push(' '),
            _ => {}
        }
        within = if within { escaped || character != '"' } else { character == '"' };
        escaped = within && character == '\\' && !escaped;
    }
    shown
}

fn break_line(shown: &mut String, depth: usize) {
    shown.push('\n');
    shown.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_stands_between_values_goes_and_values_stay() {
        let text = "{ \"a b\" : [ 1.10 ,\n\t\"x \\\" y\\\\\" , { } ] ,\r\n\"c\" : \"\u{9b}31m\u{7f}\" }";
        let line = one_line(text);
        assert_eq!(line, r#"{"a b":[1.10,"x \" y\\",{}],"c":"\u009b31m\u007f"}"#);
        let before: Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), before);
    }

    #[test]
    fn people_see_a_value_on_a_line() {
        let shown = indented(r#"{"a":[1.10,{"b":"x, {y}: \"z\""}],"c":{},"d":[]}"#);
        let expected = "{\n  \"a\": [\n    1.10,\n    {\n      \"b\": \"x, {y}: \\\"z\\\"\"\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}";
        assert_eq!(shown, expected);
    }

    proptest! {
        #[test]
        fn it_means_the_same_and_is_one_harmless_line(name in ".{0,8}", text: String, number: i64) {
            let value = serde_json::json!({ name: [text, number, { "deep": null }] });
            let line = one_line(&serde_json::to_string_pretty(&value).unwrap());
            prop_assert!(!line.chars().any(|character| character.is_control() || reorders(character)));
            prop_assert_eq!(&serde_json::from_str::<Value>(&line).unwrap(), &value);
            prop_assert_eq!(indented(&line), serde_json::to_string_pretty(&value).map(|text| indented(&text)).unwrap());
            prop_assert_eq!(&serde_json::from_str::<Value>(&indented(&line)).unwrap(), &value);
        }
    }
}
