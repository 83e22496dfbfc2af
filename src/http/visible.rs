//! Which characters of a name or target can be shown as they are.

/// Whether `character` is a control, one of the two separators that some programs take for a line
/// end, or an invisible character that only formats text, such as one that turns the direction of
/// writing. The two joiners (U+200C, U+200D) are not among these: they are parts of words and of
/// emoji.
pub fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}
