"""The settings: privacy, models, and this machine."""

from __future__ import annotations

from assistant.text.language import Language

TEXTS: dict[str, dict[Language, str]] = {
    "privacy": {"en": "What leaves this machine", "vi": "Dữ liệu rời khỏi máy này"},
    "stays": {
        "en": "Uploads, keyframes and conversations are kept in the library's folder. "
        "Each upload may be up to {limit} MB. The page shows nothing from outside the library.",
        "vi": "Video tải lên, khung hình và cuộc trò chuyện được lưu trong thư mục của thư viện. "
        "Mỗi tệp tải lên tối đa {limit} MB. Trang này không hiển thị gì ngoài thư viện.",
    },
    "profile": {"en": "Profile: {name}", "vi": "Cấu hình: {name}"},
    "machine": {"en": "This machine", "vi": "Máy này"},
    # -- what each model is for
    "role_core": {"en": "Reasoning", "vi": "Suy luận"},
    "role_retrieval": {"en": "Picture search", "vi": "Tìm kiếm hình ảnh"},
    "role_matching": {"en": "Re-ranking", "vi": "Xếp hạng lại"},
    "role_grounding": {"en": "Object boxes", "vi": "Định vị vật thể"},
    "role_translation": {"en": "Translation", "vi": "Dịch"},
    "role_on-screen text": {"en": "Text on screen", "vi": "Chữ trên màn hình"},
    "role_Vietnamese text": {"en": "Vietnamese text on screen", "vi": "Chữ tiếng Việt trên màn hình"},
    "role_speech": {"en": "Speech recognition", "vi": "Nhận dạng giọng nói"},
    "role_naming": {"en": "Names of things", "vi": "Tên sự vật"},
    "role_voice, online": {"en": "Online voice", "vi": "Giọng đọc trực tuyến"},
    "role_voice, offline": {"en": "Offline voice", "vi": "Giọng đọc của máy"},
    # -- what was looked at on this machine
    "part_device": {"en": "Device", "vi": "Thiết bị"},
    "part_profile": {"en": "Profile", "vi": "Cấu hình"},
    "part_core worker": {"en": "Reasoning on another machine", "vi": "Suy luận trên máy khác"},
    "part_retrieval": {"en": "Picture search", "vi": "Tìm kiếm hình ảnh"},
    "part_codecs": {"en": "Codecs", "vi": "Bộ giải mã"},
    "part_tesseract": {"en": "Tesseract", "vi": "Tesseract"},
    "part_naming": {"en": "Names of things", "vi": "Tên sự vật"},
    "part_voice": {"en": "Voice", "vi": "Giọng đọc"},
    "part_disk": {"en": "Disk", "vi": "Ổ đĩa"},
}
