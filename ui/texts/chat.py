"""The chat: conversations, the question, and the reply with its keyframes."""

from __future__ import annotations

from assistant.text.language import Language

TEXTS: dict[str, dict[Language, str]] = {
    "title": {"en": "Ask your videos", "vi": "Hỏi về video của bạn"},
    "ask": {"en": "Ask about your videos…", "vi": "Nhập câu hỏi về video của bạn…"},
    "folder": {"en": "Folder {name}", "vi": "Thư mục {name}"},
    "scope": {"en": "Ask about", "vi": "Hỏi về"},
    "all": {"en": "All videos", "vi": "Tất cả video"},
    "working": {"en": "Working…", "vi": "Đang xử lý…"},
    "loading": {"en": "Loading the models…", "vi": "Đang tải mô hình…"},
    "candidate": {"en": "Possible match from {name}", "vi": "Khung hình có thể phù hợp, từ video {name}"},
    "edit": {"en": "Edit and ask again", "vi": "Sửa và hỏi lại"},
    "earlier": {"en": "Show earlier questions ({count})", "vi": "Xem {count} câu hỏi trước đó"},
    # -- the first minute
    "empty": {
        "en": "Your library is empty. Try the three demo clips, or add your own videos.",
        "vi": "Thư viện chưa có video nào. Hãy dùng thử ba clip mẫu, hoặc thêm video của bạn.",
    },
    "take_demo": {"en": "Try the demo clips", "vi": "Dùng thử clip mẫu"},
    "add_own": {"en": "Add your own videos", "vi": "Thêm video của bạn"},
    "first_minute": {
        "en": "**Ask a question**, or pick one below. **Click a keyframe** in the answer to play its moment. "
        "Then **ask a follow-up**: “What colour is it?”, “What happened next?”",
        "vi": "**Đặt câu hỏi**, hoặc chọn một câu bên dưới. **Bấm vào khung hình** trong câu trả lời để xem đúng "
        "khoảnh khắc đó. Rồi **hỏi tiếp**: “Nó màu gì?”, “Sau đó có gì xảy ra?”",
    },
    # -- conversations
    "new": {"en": "New conversation", "vi": "Cuộc trò chuyện mới"},
    "older": {"en": "Older conversations ({count})", "vi": "{count} cuộc trò chuyện cũ hơn"},
    "manage": {"en": "This conversation", "vi": "Cuộc trò chuyện này"},
    "rename": {"en": "Name", "vi": "Tên"},
    "export": {"en": "Save as a web page", "vi": "Lưu thành trang web"},
    "delete": {"en": "Delete this conversation", "vi": "Xoá cuộc trò chuyện này"},
    # -- a reply
    "steps": {"en": "How I found this", "vi": "Cách tôi tìm ra câu trả lời"},
    "decided": {"en": "decided by {by}", "vi": "theo {by}"},
    "core": {"en": "the core", "vi": "mô hình"},
    "rule": {"en": "a rule", "vi": "quy tắc"},
    "default": {"en": "default", "vi": "mặc định"},
    "seen": {"en": "seen", "vi": "có thấy"},
    "not seen": {"en": "not seen", "vi": "không thấy"},
    "cannot tell": {"en": "cannot tell", "vi": "không rõ"},
    "sure": {"en": "I am sure", "vi": "Tôi chắc chắn"},
    "fairly_sure": {"en": "I am fairly sure", "vi": "Tôi khá chắc"},
    "unsure": {"en": "I am not sure", "vi": "Tôi không chắc"},
    "sure_help": {"en": "Confidence {share}, not calibrated", "vi": "Độ tin cậy {share}, chưa hiệu chỉnh"},
    "sure_measured": {
        "en": "Answers like this are right {share} of the time",
        "vi": "Những câu trả lời như thế này đúng trong {share} trường hợp",
    },
    "missed": {"en": "not found", "vi": "không tìm thấy"},
    # -- follow-up questions: the assistant understands them as they stand
    "ask_colour": {"en": "What colour is it?", "vi": "Nó màu gì?"},
    "ask_next": {"en": "What happened next?", "vi": "Sau đó có gì xảy ra?"},
    "ask_before": {"en": "What happened before that?", "vi": "Trước đó có gì xảy ra?"},
    "ask_without": {"en": "Without the event: {event}", "vi": "Bỏ sự kiện: {event}"},
    "ask_later": {"en": "The second one is later", "vi": "Sự kiện thứ hai muộn hơn"},
    "ask_about": {"en": "What is this video about?", "vi": "Video này nói về gì?"},
    "ask_read": {"en": "What does the sign say?", "vi": "Biển hiệu viết gì?"},
}
