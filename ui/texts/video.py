"""What several screens show of a video: its keyframes, its player, its timeline, and one moment of it."""

from __future__ import annotations

from assistant.text.language import Language

TEXTS: dict[str, dict[Language, str]] = {
    "ask_video": {"en": "Ask", "vi": "Hỏi"},
    "csv": {"en": "CSV", "vi": "CSV"},
    "more": {"en": "More actions", "vi": "Thao tác khác"},
    # -- a keyframe
    "play_help": {"en": "Play from {time}", "vi": "Phát từ {time}"},
    "keyframe_alt": {"en": "Keyframe of {name} at {time}", "vi": "Khung hình của {name} lúc {time}"},
    "pin": {
        "en": "Pin: prefer frames like this in this conversation",
        "vi": "Ghim: ưu tiên những khung hình như thế này trong cuộc trò chuyện",
    },
    "unpin": {"en": "Unpin", "vi": "Bỏ ghim"},
    "reject": {"en": "Not this", "vi": "Không phải khung hình này"},
    "unreject": {"en": "Use this again", "vi": "Dùng lại khung hình này"},
    "open_moment": {"en": "Open this moment", "vi": "Mở khoảnh khắc này"},
    "like_this": {"en": "More like this", "vi": "Tìm khung hình tương tự"},
    "like_box": {"en": "More like this {what}", "vi": "Tìm {what} tương tự"},
    # -- the player
    "playing": {"en": "{name} from {time}", "vi": "{name}, từ {time}"},
    "cut": {"en": "a clip converted for this browser", "vi": "đoạn video đã chuyển đổi cho trình duyệt này"},
    "close": {"en": "Close the player", "vi": "Đóng trình phát"},
    "gone": {
        "en": "The video file of {name} is no longer where it was.",
        "vi": "Tệp video của {name} không còn ở chỗ cũ.",
    },
    "subtitle": {"en": "Subtitles", "vi": "Phụ đề"},
    "speech": {"en": "Speech", "vi": "Lời nói"},
    # -- the timeline
    "timeline_alt": {
        "en": "Timeline of the video: {shots} shots, {marks} marks",
        "vi": "Dòng thời gian của video: {shots} cảnh, {marks} điểm đánh dấu",
    },
    "mark_hit": {"en": "match", "vi": "kết quả"},
    "mark_event": {"en": "event", "vi": "sự kiện"},
    "mark_line": {"en": "text and speech", "vi": "chữ và lời nói"},
    # -- a moment
    "no_moment": {
        "en": "This address does not lead to a moment in your library.",
        "vi": "Địa chỉ này không dẫn tới khoảnh khắc nào trong thư viện.",
    },
    "shot_before": {"en": "Previous shot", "vi": "Cảnh trước"},
    "frame_before": {"en": "Previous keyframe", "vi": "Khung hình trước"},
    "frame_after": {"en": "Next keyframe", "vi": "Khung hình tiếp theo"},
    "shot_after": {"en": "Next shot", "vi": "Cảnh tiếp theo"},
    "share": {"en": "Share and save", "vi": "Chia sẻ và lưu"},
    "address_help": {
        "en": "The address of this page opens this moment again.",
        "vi": "Địa chỉ của trang này luôn mở lại đúng khoảnh khắc này.",
    },
    "clip_range": {"en": "Start and end", "vi": "Bắt đầu và kết thúc"},
    "save_clip": {"en": "Clip, {seconds} s (MP4)", "vi": "Đoạn video {seconds} giây (MP4)"},
    "save_picture": {"en": "Picture (PNG)", "vi": "Ảnh (PNG)"},
    "lines_here": {"en": "Text and speech around this moment", "vi": "Chữ và lời nói quanh khoảnh khắc này"},
    "no_lines": {"en": "There is no text or speech here.", "vi": "Ở đây không có chữ hay lời nói nào."},
    # -- a part of a picture
    "region": {"en": "Search for something in the picture", "vi": "Tìm một chi tiết trong hình"},
    "region_help": {
        "en": "Draw a box around something, or type what to find and click its box.",
        "vi": "Kéo chuột để khoanh một vùng, hoặc gõ tên vật cần tìm rồi bấm vào vùng được đánh dấu.",
    },
    "region_alt": {"en": "The keyframe, in which a box can be drawn", "vi": "Khung hình để khoanh vùng"},
    "find_in_it": {
        "en": "Find in the picture, for example: red car . person",
        "vi": "Tìm trong hình, ví dụ: red car . person",
    },
    "like_part": {"en": "Search for what is in the box", "vi": "Tìm khung hình giống vùng này"},
}
