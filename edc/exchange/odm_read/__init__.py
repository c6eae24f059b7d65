"""Reading ODM-XML as other systems write it, valid or not: clinical data and study metadata."""
