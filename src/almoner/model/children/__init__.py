"""Children's social care: the record, what is fitted to it, and the months that follow (MODEL.md section 6)."""
