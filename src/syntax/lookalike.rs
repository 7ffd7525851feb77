//! Characters that are not what they look like: letters of other alphabets with a Latin twin, dashes that are no hyphen,
//! and what cannot be seen at all.

/// Letters in pairs: one of another alphabet, and the Latin one that it looks like.
const TWINS: &str = "аaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwӏlАAВBЕEКKМMНHОOРPСCТTУYХXІIЈJЅSԌGοoαaνvιiκkρpυuΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXıiɡgɑa";

/// Dashes that are not the hyphen of the keyboard.
const DASHES: [char; 7] = [
    '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2212}', '\u{fe63}',
];

/// The character of ASCII that a character is easily taken for.
pub fn twin(character: char) -> Option<char> {
    if character.is_ascii() {
        return None;
    }
    if DASHES.contains(&character) {
        return Some('-');
    }
    // Full-width forms stand in the order of ASCII.
    if let Some(offset) = u32::from(character).checked_sub(0xff01)
        && offset < 0x5e
    {
        return char::from_u32(0x21 + offset);
    }
    let mut letters = TWINS.chars();
    while let (Some(letter), Some(latin)) = (letters.next(), letters.next()) {
        if letter == character {
            return Some(latin);
        }
    }
    None
}

/// Whether a character takes no room, turns the direction of text, or looks like a space and is none.
pub fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{00a0}' | '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{1680}' | '\u{17b4}'
            | '\u{17b5}' | '\u{180e}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}'
            | '\u{3000}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// What stands for an invisible character where it is taken out: a space for one that takes the room of one.
pub fn visible(character: char) -> &'static str {
    match character {
        '\u{00a0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200a}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{202f}'
        | '\u{205f}'
        | '\u{3000}' => " ",
        _ => "",
    }
}

/// A character as messages show it: by its number, and by itself where it can be seen.
pub fn named(character: char) -> String {
    let number = format!("U+{:04X}", u32::from(character));
    if is_invisible(character) || character.is_control() {
        number
    } else {
        format!("`{character}` ({number})")
    }
}

/// The text as it looks: twins replaced, and what cannot be seen taken out.
pub fn as_it_looks(text: &str) -> String {
    text.chars()
        .filter(|character| !is_invisible(*character))
        .map(|character| twin(character).unwrap_or(character))
        .collect()
}

/// The first character of a text that deceives: one that cannot be seen, a letter with a Latin twin beside Latin
/// letters, or a dash between letters that is no hyphen.
pub fn deceptive(text: &str) -> Option<char> {
    if text.is_ascii() {
        return None;
    }
    if let Some(invisible) = text.chars().find(|character| is_invisible(*character)) {
        return Some(invisible);
    }
    text.split(|character: char| character.is_whitespace() || character.is_ascii_punctuation())
        .filter(|word| word.chars().any(|letter| letter.is_ascii_alphanumeric()))
        .find_map(|word| word.chars().find(|character| twin(*character).is_some()))
}
