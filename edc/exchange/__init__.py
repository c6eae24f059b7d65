"""Reading and writing the formats of other systems: tables, ODM-XML, REDCap dictionaries. Pure."""
