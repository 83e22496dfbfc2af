//! The media types of IANA's registry where `mime_guess` has another, or none.

/// Extension, tab, type, line feed; sorted by extension. A text takes a third of the binary that an
/// array of references to texts takes. `tests/types.rs` holds it against the registry.
///
/// Almost all are in `tests/types/iana.tsv`, from npm's mime-db. For `cbor`, `gpkg`, `jrd`, `mml`,
/// `p12`, `pfx`, `vcf`, `yaml`, `yml` and `zst` mime-db knows the type but not the extension, which
/// is in the type's registration (RFC 8949, OGC 12-128, RFC 7033,
/// `MathML` 3, RFC 7292, 6350, 9512 and 8878).
const TABLE: &str = include_str!("registered_types.tsv");

/// The type of files with this extension, which must be in lower case, if the table has it.
pub(super) fn of_extension(extension: &str) -> Option<&'static str> {
    // Both are offsets of the beginning of a line, or of the end of the table.
    let (mut low, mut high) = (0, TABLE.len());
    while low < high {
        let middle = low.midpoint(high);
        let start = TABLE[..middle].rfind('\n').map_or(0, |at| at + 1);
        let end = TABLE[middle..]
            .find('\n')
            .map_or(TABLE.len(), |at| middle + at);
        let (name, media_type) = TABLE[start..end].split_once('\t')?;
        match name.cmp(extension) {
            std::cmp::Ordering::Equal => return Some(media_type),
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_each_of_its_extensions_is_found() {
        let rows: Vec<_> = TABLE.lines().map(|row| row.split_once('\t')).collect();
        assert!(rows.is_sorted_by(|one, next| one.unwrap().0 < next.unwrap().0));
        for row in rows {
            let (extension, media_type) = row.unwrap();
            assert_eq!(extension, extension.to_ascii_lowercase());
            assert_eq!(of_extension(extension), Some(media_type), "{extension}");
        }
        for absent in ["", "0", "a", "html", "mj", "mjs\tt", "mjss", "zzz"] {
            assert_eq!(of_extension(absent), None, "{absent}");
        }
    }

    /// But for `md`, which `mime_guess` has twice, so that its answer depends on how a search goes.
    #[test]
    fn no_row_repeats_what_mime_guess_says() {
        let repeated: Vec<_> = TABLE
            .lines()
            .filter(|row| {
                let (extension, media_type) = row.split_once('\t').unwrap();
                let guessed = mime_guess::from_ext(extension).first_raw();
                guessed.is_some_and(|guessed| guessed.eq_ignore_ascii_case(media_type))
            })
            .collect();
        assert_eq!(repeated, ["md\ttext/markdown"]);
    }
}
