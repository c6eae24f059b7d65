"""Writing CDISC ODM-XML: 1.3.2 snapshot and transactional files, 2.0 with queries; streamed, pure."""
