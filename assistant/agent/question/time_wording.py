"""Pieces of the patterns by which times are read from folded text: videos, "about", "to", "only"."""

VIDEO_EN = (
    r"(?:video|clip|film|movie|recording|footage|tape|vid|stream|broadcast|lecture|talk|lesson|class|meeting|session"
    r"|presentation|episode|interview|bulletin|program(?:me)?)(?:'?s)?\b"
)
VIDEO_VI = (
    r"(?:(?:doan|cuon|bo|thuoc)\s+)?(?:video|clip|phim|bang(?:\s+hinh)?|ban\s+ghi(?:\s+hinh)?|bai\s+(?:giang|hoc|noi)"
    r"|buoi\s+(?:hoc|hop|giang|noi\s+chuyen)|tiet\s+hoc|tap\s+phim|ban\s+tin|chuong\s+trinh|footage)\b"
)
THE = r"(?:the|this|that|my|our|your|each|every)\s+"
OF_VIDEO = (
    rf"(?:\s+(?:of|in|from)\s+(?:(?:{THE})?(?:whole\s+|entire\s+|same\s+)?{VIDEO_EN}|it\b)"
    rf"|\s+(?:(?:cua|trong)\s+)?(?:(?:ca|toan\s+bo)\s+)?{VIDEO_VI}(?:\s+(?:nay|do)\b)?)?"
)
"""May match nothing."""
NOT_OF_ELSE = rf"(?!\s+of\b(?!\s+(?:(?:{THE}(?:[\w-]+\s+){{0,2}})?{VIDEO_EN}|(?:it|this|that)\b|[\w-]+\.\w+)))"
"""Refuses "the end of the street"; "the end of the night video" passes, and its name stays in the question."""

ONLY = r"(?:\b(?:only|just|right|exactly|precisely|somewhere|sometime|even|chi|ngay|dung|hoi|(?:dau|øøø)\s+do)\s+)?"
ABOUT = (
    r"(?:(?:around|about|roughly|approximately|approx\.?|circa|nearly|almost|near|khoang|tam|co|chung|quang|gan)\s+)"
)
AND = r"(?:\s*(?:,|&|and|or|vs\.?|versus|with|va|voi|so\s+voi|hay|hoac)\s+)"
TO = r"(?:\s*(?:-+>?|>|\.\.+|…|to|till?|until|through|thru|up\s+to|cho\s+den|cho\s+toi|den|toi)\s*)"

AFTER = r"(?:after|since|from|past|following|beyond|sau|tu|qua)"
BEFORE = r"(?:before|until|till|by|up\s+to|prior\s+to|truoc|den|toi)"

CLAUSE_START = r"(?:^|(?<=[,.;:!?¿])|(?<=[,.;:!?]\s)|(?<=\band\s)|(?<=\bva\s)|(?<=\bcon\s))"
CLAUSE_END = r"(?=\s*(?:$|[,.;:!?]))"
_QUESTION_WORDS = (
    "what who whom which where how is are was were does do did there can could the co thi la ai gi xay may"
)
ASKS = rf"(?=\s+(?:{_QUESTION_WORDS.replace(' ', '|')})\b)"
