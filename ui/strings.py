"""Every text of the page, in both languages."""

from __future__ import annotations

from typing import Literal

Language = Literal["vi", "en"]
NAMES: dict[Language, str] = {"en": "English", "vi": "Tiếng Việt"}

_TEXTS: dict[str, dict[Language, str]] = {
    "title": {"en": "Ask your videos", "vi": "Hỏi video của bạn"},
    "ask": {"en": "Ask about the videos…", "vi": "Hỏi về các video…"},
    "try": {"en": "Try one of these:", "vi": "Thử một câu:"},
    "empty": {
        "en": "The library is empty. Add videos in the side bar.",
        "vi": "Thư viện chưa có video. Hãy thêm video ở thanh bên.",
    },
    "language": {"en": "Language of the page", "vi": "Ngôn ngữ của trang"},
    "conversations": {"en": "Conversations", "vi": "Các cuộc trò chuyện"},
    "new": {"en": "New conversation", "vi": "Cuộc trò chuyện mới"},
    "delete": {"en": "Delete this conversation", "vi": "Xoá cuộc trò chuyện này"},
    "manage": {"en": "This conversation", "vi": "Cuộc trò chuyện này"},
    "rename": {"en": "Name", "vi": "Tên"},
    "export": {"en": "Save as a page", "vi": "Lưu thành trang"},
    "scope": {"en": "Ask about", "vi": "Hỏi về"},
    "all": {"en": "All videos", "vi": "Tất cả video"},
    "videos": {"en": "Videos", "vi": "Video"},
    "video_row": {
        "en": "{name} · {length} · {keyframes} keyframes",
        "vi": "{name} · {length} · {keyframes} khung hình",
    },
    "add": {"en": "Add videos", "vi": "Thêm video"},
    "path": {"en": "File or folder on this machine", "vi": "Tệp hoặc thư mục trên máy này"},
    "index": {"en": "Add", "vi": "Thêm"},
    "upload": {"en": "Or upload", "vi": "Hoặc tải lên"},
    "no_path": {"en": "There is no file or folder {path}.", "vi": "Không có tệp hay thư mục {path}."},
    "indexing": {"en": "{name}: {stage}, {done} of {total} s", "vi": "{name}: {stage}, {done} / {total} giây"},
    "starting": {"en": "Starting…", "vi": "Đang bắt đầu…"},
    "cancel": {"en": "Cancel", "vi": "Huỷ"},
    "cancelled": {"en": "Cancelled; what was ready stays.", "vi": "Đã huỷ; phần đã xong được giữ lại."},
    "indexed": {"en": "{name}: ready", "vi": "{name}: xong"},
    "unchanged": {"en": "{name}: already there", "vi": "{name}: đã có"},
    "failed": {"en": "{name}: {error}", "vi": "{name}: {error}"},
    "voice": {"en": "Voice", "vi": "Giọng nói"},
    "auto_speak": {"en": "Speak every answer", "vi": "Đọc mọi câu trả lời"},
    "online_voice": {"en": "Online voice (gTTS)", "vi": "Giọng trực tuyến (gTTS)"},
    "online_help": {
        "en": "On: the spoken sentence goes to Google's speech service. Off: this machine speaks; nothing leaves it.",
        "vi": "Bật: câu được đọc gửi tới dịch vụ giọng nói của Google. Tắt: giọng của máy này; không gì rời khỏi máy.",
    },
    "speak": {"en": "Speak", "vi": "Đọc"},
    "steps": {"en": "How I found this", "vi": "Tôi tìm ra thế nào"},
    "decided": {"en": "decided by {by}", "vi": "quyết định: {by}"},
    "core": {"en": "the core", "vi": "mô hình"},
    "rule": {"en": "a rule", "vi": "quy tắc"},
    "default": {"en": "default", "vi": "mặc định"},
    "working": {"en": "Working…", "vi": "Đang làm…"},
    "play": {"en": "{time}", "vi": "{time}"},
    "missed": {"en": "missed", "vi": "không thấy"},
    "playing": {"en": "{name} from {time}", "vi": "{name} từ {time}"},
    "cut": {"en": "a cut made for this browser", "vi": "đoạn cắt cho trình duyệt này"},
    "close": {"en": "Close the player", "vi": "Đóng trình phát"},
    "gone": {"en": "The file {path} is no longer there.", "vi": "Tệp {path} không còn ở đó."},
    "seen": {"en": "seen", "vi": "thấy"},
    "not seen": {"en": "not seen", "vi": "không thấy"},
    "cannot tell": {"en": "cannot tell", "vi": "không rõ"},
    "sure": {"en": "confidence {share} (uncalibrated)", "vi": "độ tin cậy {share} (chưa hiệu chỉnh)"},
    "profile": {"en": "Profile {name}", "vi": "Cấu hình {name}"},
    "busy": {"en": "Videos are being added.", "vi": "Đang thêm video."},
}

EXAMPLES: dict[Language, tuple[str, ...]] = {
    "en": (
        "What is this video about?",
        "When does a bus appear?",
        "How many people are there at the start?",
        "First a dog runs by, then a car stops: when?",
        "Có chiếc xe đỏ nào không?",
        "Biển hiệu viết gì?",
    ),
    "vi": (
        "Video này nói về gì?",
        "Khi nào xe buýt xuất hiện?",
        "Có bao nhiêu người lúc đầu?",
        "Có chiếc xe đỏ nào không?",
        "Biển hiệu viết gì?",
        "Is it raining?",
    ),
}


def text(key: str, language: Language, **values: object) -> str:
    """A text of the table with its values."""
    return _TEXTS[key][language].format(**values)


def browser_language(locale: str | None) -> Language:
    """Vietnamese where the browser asks for it, else English."""
    return "vi" if (locale or "").lower().startswith("vi") else "en"
