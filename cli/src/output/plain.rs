//! Text that others wrote, made harmless: a terminal obeys control characters.

use std::fmt::Write as _;

/// The text with everything escaped that a terminal would obey, or that would show it in another order than it stands.
pub fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            obeyed if obeyed.is_control() || reorders(obeyed) => {
                // Writing to a String does not fail.
                write!(shown, "\\u{{{:x}}}", u32::from(obeyed)).unwrap_or_default();
            }
            harmless => shown.push(harmless),
        }
    }
    shown
}

/// Marks, embeddings, overrides and isolates of direction (Unicode Standard Annex 9), line and paragraph separators.
pub fn reorders(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{061c}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_shown_instead() {
        assert_eq!(plain("a\x1b[2Jb\r\n\u{9b}31m\u{7f}\0"), r"a\u{1b}[2Jb\r\n\u{9b}31m\u{7f}\u{0}");
        assert_eq!(plain("\u{202e}gnp.exe"), r"\u{202e}gnp.exe");
        assert_eq!(plain("Zürich → 東京 🎉"), "Zürich → 東京 🎉");
    }

    proptest! {
        #[test]
        fn nothing_that_is_obeyed_is_left(text: String) {
            prop_assert!(!plain(&text).chars().any(|character| character.is_control() || reorders(character)));
        }
    }
}
