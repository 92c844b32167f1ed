"""The search over all keyframes."""

from __future__ import annotations

from assistant.text.language import Language

TEXTS: dict[str, dict[Language, str]] = {
    "search": {"en": "Search the keyframes", "vi": "Tìm khung hình"},
    "search_in": {"en": "Search in", "vi": "Tìm trong"},
    "search_label": {
        "en": "Describe a picture, or type words that are written or said",
        "vi": "Mô tả hình ảnh, hoặc gõ chữ hay lời nói cần tìm",
    },
    "search_hint": {
        "en": "Describe what a picture shows, or type words that are written or said in a video. "
        "From any keyframe you can search for similar ones.",
        "vi": "Mô tả nội dung hình ảnh, hoặc gõ chữ hay lời nói có trong video. "
        "Từ bất kỳ khung hình nào, bạn có thể tìm tiếp những khung hình tương tự.",
    },
    "nothing_yet": {"en": "There is nothing to search yet.", "vi": "Chưa có video nào để tìm."},
    "fold": {"en": "Group similar frames", "vi": "Gộp khung hình giống nhau"},
    "fold_help": {
        "en": "Keyframes of one video that are at least this similar are shown as one. At 1.00, none are grouped.",
        "vi": "Những khung hình của cùng một video giống nhau từ mức này trở lên được gộp làm một. "
        "Ở mức 1.00, không gộp khung hình nào.",
    },
    "neighbours": {"en": "Frames before and after", "vi": "Khung hình trước và sau"},
    "before": {"en": "Before: {time}", "vi": "Trước đó: {time}"},
    "after": {"en": "After: {time}", "vi": "Sau đó: {time}"},
    "search_summary": {
        "en": "Keyframes: {tiles} · Videos: {videos} · Similar ones grouped: {folded}",
        "vi": "{tiles} khung hình · {videos} video · đã gộp {folded} khung hình giống nhau",
    },
    "folded": {"en": "+{count} similar", "vi": "+{count} hình giống"},
    "like_head": {"en": "Similar to {name} at {time}", "vi": "Tương tự {name} lúc {time}"},
    "like_part_head": {
        "en": "Similar to a part of {name} at {time}",
        "vi": "Tương tự một vùng của {name} lúc {time}",
    },
    "few_pictures": {
        "en": "Distinct keyframes: {count}. That is too few to tell matches from chance, so the nearest are all shown.",
        "vi": "Chỉ có {count} khung hình khác nhau, chưa đủ để biết đâu là kết quả thật, "
        "nên các khung hình gần nhất đều được hiện.",
    },
    "nothing_like_it": {
        "en": "Nothing like it. The nearest keyframes",
        "vi": "Không có gì giống vậy. Các khung hình gần nhất",
    },
    "also_near": {"en": "Less like it: the nearest others", "vi": "Ít giống hơn: các khung hình gần nhất còn lại"},
    "more_videos": {"en": "Show {count} more", "vi": "Xem thêm {count} video"},
    "more_hits": {"en": "Show {count} more from this video", "vi": "Xem thêm {count} khung hình của video này"},
}
