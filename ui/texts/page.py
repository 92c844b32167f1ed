"""The frame of the page: its language, its screens, its password, and what leaves this machine."""

from __future__ import annotations

from assistant.text.language import Language

TEXTS: dict[str, dict[Language, str]] = {
    "language": {"en": "Language of the page", "vi": "Ngôn ngữ hiển thị"},
    "page_chat": {"en": "Ask", "vi": "Hỏi đáp"},
    "page_search": {"en": "Search", "vi": "Tìm kiếm"},
    "page_library": {"en": "Library", "vi": "Thư viện"},
    "page_moment": {"en": "Moment", "vi": "Khoảnh khắc"},
    "page_guide": {"en": "What to ask", "vi": "Gợi ý câu hỏi"},
    "page_settings": {"en": "Settings", "vi": "Cài đặt"},
    # -- the password
    "entrance": {"en": "This page is protected by a password.", "vi": "Trang này được bảo vệ bằng mật khẩu."},
    "password": {"en": "Password", "vi": "Mật khẩu"},
    "enter": {"en": "Sign in", "vi": "Đăng nhập"},
    "wrong_password": {"en": "Wrong password.", "vi": "Mật khẩu không đúng."},
    # -- what leaves this machine
    "leaves_nothing": {"en": "Nothing leaves this machine.", "vi": "Không có dữ liệu nào rời khỏi máy này."},
    "leaves_voice": {
        "en": "The text of spoken answers is sent to Google's speech service.",
        "vi": "Nội dung cần đọc được gửi tới dịch vụ giọng nói của Google dưới dạng chữ.",
    },
    "leaves_pictures": {
        "en": "Questions, the conversation, text found in the videos and the frames in question "
        "are sent to {provider}.",
        "vi": "Câu hỏi, cuộc trò chuyện, chữ tìm thấy trong video và các khung hình cần xem được gửi tới {provider}.",
    },
    "leaves_questions": {
        "en": "Questions, the conversation and text found in the videos are sent to {provider}. "
        "Frames stay on this machine.",
        "vi": "Câu hỏi, cuộc trò chuyện và chữ tìm thấy trong video được gửi tới {provider}. "
        "Khung hình vẫn ở trên máy này.",
    },
    "leaves_words": {
        "en": "Questions, the conversation and text found in the videos are sent to {provider}.",
        "vi": "Câu hỏi, cuộc trò chuyện và chữ tìm thấy trong video được gửi tới {provider}.",
    },
    "leaves_worker": {
        "en": "Questions, the conversation, text found in the videos and frames from them are sent to {host}, "
        "which runs the core.",
        "vi": "Câu hỏi, cuộc trò chuyện, chữ tìm thấy trong video và các khung hình được gửi tới {host}, "
        "máy chạy mô hình suy luận.",
    },
}
