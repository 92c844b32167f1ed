"""The library, and videos that are being added to it."""

from __future__ import annotations

from assistant.text.language import Language

TEXTS: dict[str, dict[Language, str]] = {
    "library_sum": {
        "en": "Videos: {count} · {length} · Keyframes: {keyframes} · Lines of text: {lines} · On disk: {disk}",
        "vi": "{count} video · {length} · {keyframes} khung hình · {lines} dòng chữ · chiếm {disk}",
    },
    "video_row": {
        "en": "{length} · Keyframes: {keyframes} · Lines: {lines}",
        "vi": "{length} · {keyframes} khung hình · {lines} dòng chữ",
    },
    "filter": {"en": "Filter by name or folder", "vi": "Lọc theo tên hoặc thư mục"},
    "nothing_of": {"en": "No video matches.", "vi": "Không có video nào khớp."},
    "open_video": {"en": "Open", "vi": "Mở"},
    "remove": {"en": "Remove", "vi": "Xoá khỏi thư viện"},
    "remove_help": {
        "en": "Removes the video from the library. The file stays.",
        "vi": "Chỉ xoá khỏi thư viện, không xoá tệp video.",
    },
    # -- adding
    "add": {"en": "Add videos", "vi": "Thêm video"},
    "upload": {"en": "Upload videos", "vi": "Tải video lên"},
    "path": {"en": "File or folder on this machine", "vi": "Tệp hoặc thư mục trên máy này"},
    "index": {"en": "Add", "vi": "Thêm"},
    "no_path": {"en": "There is no file or folder {path}.", "vi": "Không tìm thấy tệp hay thư mục {path}."},
    "starting": {"en": "Starting…", "vi": "Đang bắt đầu…"},
    "indexing": {"en": "{name}: {stage}, {done} of {total} s", "vi": "{name}: {stage}, {done}/{total} giây"},
    "stage_pictures": {"en": "pictures", "vi": "hình ảnh"},
    "stage_text on screen": {"en": "text on screen", "vi": "chữ trên màn hình"},
    "stage_meaning": {"en": "meaning", "vi": "ý nghĩa"},
    "cancel": {"en": "Cancel", "vi": "Huỷ"},
    "cancelled": {
        "en": "Cancelled. Videos that were ready stay in the library.",
        "vi": "Đã huỷ. Những video đã xong vẫn ở trong thư viện.",
    },
    "indexed": {"en": "{name}: ready", "vi": "{name}: đã sẵn sàng"},
    "unchanged": {"en": "{name}: already in the library", "vi": "{name}: đã có trong thư viện"},
    "failed": {"en": "{name}: {error}", "vi": "{name}: {error}"},
    "and_more": {"en": "and {count} more", "vi": "và {count} video khác"},
    "busy": {
        "en": "Other videos are being added. Try again when they are ready.",
        "vi": "Đang thêm các video khác. Hãy thử lại khi đã xong.",
    },
    # -- what is wrong
    "missing": {
        "en": "Video files are missing ({count}): {names}. You can search them, but not play them. "
        "If you moved a file, add it again from its new place; it is recognised by its content.",
        "vi": "Thiếu {count} tệp video: {names}. Bạn vẫn tìm kiếm được nhưng không phát được. "
        "Nếu đã chuyển tệp đi nơi khác, hãy thêm lại từ vị trí mới; tệp được nhận ra theo nội dung.",
    },
    "gone_badge": {"en": "file missing", "vi": "thiếu tệp"},
    "foreign": {
        "en": "Videos indexed with another profile: {count}. The current profile cannot search them.",
        "vi": "{count} video được lập chỉ mục bằng cấu hình khác nên không tìm được bằng cấu hình hiện tại.",
    },
    "renew_all": {"en": "Index them again", "vi": "Lập chỉ mục lại các video này"},
    "renew": {"en": "Index again", "vi": "Lập chỉ mục lại"},
}
