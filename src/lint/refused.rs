//! What the loader itself refuses: its messages, under codes.

use super::codes::Code;

/// How the loader's messages begin or what they hold, and the code of each. The first that fits counts.
const MESSAGES: [(&str, Code); 23] = [
    ("the line is not UTF-8", Code::Encoding),
    ("NUL byte", Code::NulByte),
    ("fields found", Code::FewFields),
    ("is no kind", Code::NoKind),
    ("is already defined", Code::DuplicateId),
    ("unknown flag", Code::UnknownFlag),
    ("exclude each other", Code::UnknownFlag),
    ("unknown evidence", Code::UnknownEvidence),
    ("unknown kind of alias", Code::UnknownAliasKind),
    ("before any entity", Code::AliasWithoutEntity),
    ("unknown directive", Code::BadDirective),
    ("needs one entity id", Code::BadDirective),
    ("there is no entity", Code::BadDirective),
    ("to remove", Code::BadDirective),
    ("is the canonical name of", Code::BadDirective),
    ("!include names no file", Code::BadDirective),
    ("includes itself", Code::BadDirective),
    ("cannot read the included file", Code::BadDirective),
    ("has no letter to match", Code::NoLetter),
    ("is not a latitude", Code::BadNumber),
    ("is not a longitude", Code::BadNumber),
    ("is not a whole number", Code::BadNumber),
    ("is not key=value", Code::NotKeyValue),
];

/// The code of a message of the loader; [`Code::Refused`] for one that has none of its own.
pub(super) fn code_of(message: &str) -> Code {
    MESSAGES.iter().find(|(part, _)| message.contains(part)).map_or(Code::Refused, |(_, code)| *code)
}
