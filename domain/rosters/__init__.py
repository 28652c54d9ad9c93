"""Who is on call, where and when: at a place of care, or at a division's desk."""
