//! What a transaction in the ledger says of the step that it is.

use std::fmt;

use longmen_reconciliation::{End, StepKind};

use crate::names::Channel;

/// The word that the text begins with.
const WORD: &str = "desk";
/// Where the step does not end its break.
const NO_END: &str = "-";

/// What the tags of a step's transaction say: with the reference, which names the break, a desk that has lost its database reads from the books
/// what was done. As text `desk suspense_out write_off 5f0c2a915f0c2a91 wechat/1900000100`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepTag {
    pub kind: StepKind,
    /// How the break has ended once this is posted.
    pub ends: Option<End>,
    /// A digest of what the break was when the step was drafted.
    pub(crate) content: Box<str>,
    pub channel: Channel,
}

impl StepTag {
    /// The tag in a text.
    #[must_use]
    pub fn parse(text: &str) -> Option<StepTag> {
        let [word, kind, ends, content, channel] = text.splitn(5, ' ').collect::<Vec<_>>()[..] else {
            return None;
        };
        let ends = match ends {
            NO_END => None,
            end => Some(end.parse().ok()?),
        };
        let is_content = content.len() == 16 && content.bytes().all(|byte| byte.is_ascii_hexdigit());
        let channel = Channel::new(channel).ok()?;
        let tag = StepTag { kind: kind.parse().ok()?, ends, content: content.into(), channel };
        (word == WORD && is_content).then_some(tag)
    }
}

impl fmt::Display for StepTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StepTag { kind, ends, content, channel } = self;
        write!(f, "{WORD} {} {} {content} {channel}", kind.name(), ends.map_or(NO_END, End::name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_as_it_is_written() {
        for kind in <StepKind as strum::VariantArray>::VARIANTS {
            for ends in End::ALL.iter().copied().map(Some).chain([None]) {
                let channel = Channel::new("a channel/19").unwrap();
                let tag = StepTag { kind: *kind, ends, content: "5f0c2a915f0c2a91".into(), channel };
                assert_eq!(StepTag::parse(&tag.to_string()), Some(tag));
            }
        }
    }

    #[test]
    fn what_is_no_tag_is_not_taken_for_one() {
        for text in [
            "",
            "desk",
            "desk confirm -",
            "desk confirm - 5f0c2a915f0c2a91",
            "desk confirm - 5f0c2a915f0c2a91 ",
            "desk confirm - 5f0c2a915f0c2a9 wechat/19",
            "desk confirm - 5f0c2a915f0c2a9g wechat/19",
            "desk confirm  5f0c2a915f0c2a91 wechat/19",
            "desk mend - 5f0c2a915f0c2a91 wechat/19",
            "desk confirm soon 5f0c2a915f0c2a91 wechat/19",
            "till confirm - 5f0c2a915f0c2a91 wechat/19",
            "desk confirm - 长款长款长 wechat/19",
        ] {
            assert_eq!(StepTag::parse(text), None, "{text}");
        }
    }
}
