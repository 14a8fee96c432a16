//! The bytes of what is in force, and how: matches, levels and exemptions, as they were resolved.

use super::codec::{Coded, Read, Reader, Writer, structures, variants};
use crate::{
    decision::Level,
    force::{Exemption, Force, Match, Ready},
};

structures! {
    Match { kinds, groups, namespaces, names, labels, operations, subresources }
    Exemption { rules, namespaces, names, kinds, reason, owner, expires }
    Force { matches, levels, exemptions }
}

variants! {
    Level { 0 Deny, 1 Warn, 2 Off, }
}

impl Coded for Ready {
    fn write(&self, out: &mut Writer) {
        self.exemption.write(out);
        self.position().write(out);
        self.rules.write(out);
        self.defaults.write(out);
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let (exemption, position) = (Coded::read(reader)?, Coded::read(reader)?);
        let (rules, defaults) = (Coded::read(reader)?, Coded::read(reader)?);
        Self::new(exemption, position, rules, defaults).ok_or(reader.damaged())
    }
}
