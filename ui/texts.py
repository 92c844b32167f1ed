"""Every text of the page, in both languages."""

from __future__ import annotations

from assistant.text.language import Language

NAMES: dict[Language, str] = {"en": "English", "vi": "Tiếng Việt"}

TEXTS: dict[str, dict[Language, str]] = {
    # -- the frame of the page
    "language": {"en": "Language of the page", "vi": "Ngôn ngữ của trang"},
    "page_chat": {"en": "Ask", "vi": "Hỏi"},
    "page_search": {"en": "Search", "vi": "Tìm"},
    "page_library": {"en": "Library", "vi": "Thư viện"},
    "page_moment": {"en": "Moment", "vi": "Khoảnh khắc"},
    "page_guide": {"en": "What to ask", "vi": "Nên hỏi gì"},
    "page_settings": {"en": "Settings", "vi": "Cài đặt"},
    "entrance": {"en": "This page asks for its password.", "vi": "Trang này cần mật khẩu."},
    "password": {"en": "Password", "vi": "Mật khẩu"},
    "enter": {"en": "Enter", "vi": "Vào"},
    "wrong_password": {"en": "That is not the password.", "vi": "Mật khẩu không đúng."},
    # -- the chat
    "title": {"en": "Ask your videos", "vi": "Hỏi video của bạn"},
    "ask": {"en": "Ask about the videos…", "vi": "Hỏi về các video…"},
    "folder": {"en": "Folder {name}", "vi": "Thư mục {name}"},
    "scope": {"en": "Ask about", "vi": "Hỏi về"},
    "search_in": {"en": "Search in", "vi": "Tìm trong"},
    "all": {"en": "All videos", "vi": "Tất cả video"},
    "working": {"en": "Working…", "vi": "Đang làm…"},
    "loading": {"en": "Loading the models…", "vi": "Đang nạp mô hình…"},
    "candidate": {"en": "A candidate from {name}", "vi": "Một khung hình có thể đúng, từ {name}"},
    "edit": {"en": "Edit and ask again", "vi": "Sửa và hỏi lại"},
    "earlier": {"en": "Show {count} earlier questions", "vi": "Hiện {count} câu hỏi trước"},
    "empty": {
        "en": "The library is empty. Try the three demo clips, or add videos of your own.",
        "vi": "Thư viện chưa có video. Hãy thử ba clip mẫu, hoặc thêm video của bạn.",
    },
    "take_demo": {"en": "Try the demo clips", "vi": "Thử các clip mẫu"},
    "add_own": {"en": "Add your own videos", "vi": "Thêm video của bạn"},
    "first_minute": {
        "en": "**Ask**, or take one of these questions. **Click** a keyframe of the answer to play its moment. "
        "Then **ask on**: “What colour is it?”, “What happened next?”",
        "vi": "**Hỏi**, hoặc chọn một câu dưới đây. **Bấm** vào khung hình của câu trả lời để phát đúng lúc đó. "
        "Rồi **hỏi tiếp**: “Nó màu gì?”, “Sau đó có gì xảy ra?”",
    },
    "what_to_ask": {"en": "What to ask", "vi": "Nên hỏi gì"},
    # -- conversations
    "new": {"en": "New conversation", "vi": "Cuộc trò chuyện mới"},
    "older": {"en": "{count} older", "vi": "{count} cuộc cũ hơn"},
    "manage": {"en": "This conversation", "vi": "Cuộc trò chuyện này"},
    "rename": {"en": "Name", "vi": "Tên"},
    "export": {"en": "Save as a page", "vi": "Lưu thành trang"},
    "delete": {"en": "Delete this conversation", "vi": "Xoá cuộc trò chuyện này"},
    # -- a reply
    "steps": {"en": "How I found this", "vi": "Tôi tìm ra thế nào"},
    "decided": {"en": "decided by {by}", "vi": "quyết định: {by}"},
    "core": {"en": "the core", "vi": "mô hình"},
    "rule": {"en": "a rule", "vi": "quy tắc"},
    "default": {"en": "default", "vi": "mặc định"},
    "seen": {"en": "seen", "vi": "thấy"},
    "not seen": {"en": "not seen", "vi": "không thấy"},
    "cannot tell": {"en": "cannot tell", "vi": "không rõ"},
    "sure": {"en": "I am sure", "vi": "Tôi chắc chắn"},
    "fairly_sure": {"en": "I am fairly sure", "vi": "Tôi khá chắc"},
    "unsure": {"en": "I am not sure", "vi": "Tôi không chắc"},
    "sure_help": {"en": "Confidence {share}, uncalibrated", "vi": "Độ tin cậy {share}, chưa hiệu chỉnh"},
    "sure_measured": {"en": "Right in {share} of such answers", "vi": "Đúng trong {share} câu trả lời như vậy"},
    "csv": {"en": "CSV", "vi": "CSV"},
    "missed": {"en": "missed", "vi": "không thấy"},
    "ask_colour": {"en": "What colour is it?", "vi": "Nó màu gì?"},
    "ask_next": {"en": "What happened next?", "vi": "Sau đó có gì xảy ra?"},
    "ask_before": {"en": "What happened before that?", "vi": "Trước đó có gì xảy ra?"},
    "ask_without": {"en": "Without the event: {event}", "vi": "Bỏ sự kiện: {event}"},
    "ask_later": {"en": "The second one is later", "vi": "Sự kiện thứ hai muộn hơn"},
    "ask_about": {"en": "What is this video about?", "vi": "Video này nói về gì?"},
    "ask_read": {"en": "What does the sign say?", "vi": "Biển hiệu viết gì?"},
    # -- a keyframe
    "play": {"en": "{time}", "vi": "{time}"},
    "play_help": {"en": "Play from {time}", "vi": "Phát từ {time}"},
    "keyframe_alt": {"en": "Keyframe of {name} at {time}", "vi": "Khung hình của {name} lúc {time}"},
    "pin": {
        "en": "Pin: more like this in this conversation",
        "vi": "Ghim: ưu tiên khung hình này trong cuộc trò chuyện",
    },
    "unpin": {"en": "Take the pin away", "vi": "Bỏ ghim"},
    "reject": {"en": "Not this", "vi": "Không phải hình này"},
    "unreject": {"en": "This one after all", "vi": "Lấy lại hình này"},
    "more": {"en": "More", "vi": "Thêm"},
    "open_moment": {"en": "Open this moment", "vi": "Mở khoảnh khắc này"},
    "like_this": {"en": "More like this", "vi": "Tìm hình giống thế này"},
    "like_box": {"en": "More like this {what}", "vi": "Tìm {what} giống thế này"},
    # -- the player
    "playing": {"en": "{name} from {time}", "vi": "{name} từ {time}"},
    "cut": {"en": "a cut made for this browser", "vi": "đoạn cắt cho trình duyệt này"},
    "close": {"en": "Close the player", "vi": "Đóng trình phát"},
    "gone": {"en": "The file of {path} is no longer there.", "vi": "Tệp của {path} không còn ở đó."},
    "subtitle": {"en": "Subtitles", "vi": "Phụ đề"},
    "speech": {"en": "Speech", "vi": "Lời nói"},
    "timeline_alt": {
        "en": "Timeline of the video: {shots} shots, {marks} marks",
        "vi": "Dòng thời gian của video: {shots} cảnh, {marks} dấu",
    },
    "mark_hit": {"en": "found", "vi": "tìm thấy"},
    "mark_event": {"en": "event", "vi": "sự kiện"},
    "mark_line": {"en": "text", "vi": "chữ"},
    # -- search
    "search": {"en": "Search the keyframes", "vi": "Tìm trong các khung hình"},
    "search_label": {"en": "What it shows, or what is written or said", "vi": "Hình có gì, hoặc chữ và lời nói"},
    "search_hint": {
        "en": "Type what a picture shows, or what is written or said. Every keyframe can be searched for its like.",
        "vi": "Gõ điều hình cho thấy, hoặc chữ và lời nói. Từ mỗi khung hình có thể tìm những hình giống nó.",
    },
    "nothing_yet": {"en": "There is nothing to search yet.", "vi": "Chưa có gì để tìm."},
    "fold": {"en": "Fold what looks alike", "vi": "Gộp hình giống nhau"},
    "fold_help": {
        "en": "From this likeness on, keyframes of one video are shown as one. 1.00 folds none.",
        "vi": "Từ độ giống này, các khung hình của một video hiện thành một. 1.00: không gộp.",
    },
    "neighbours": {"en": "Before and after", "vi": "Hình trước và sau"},
    "before": {"en": "Before: {time}", "vi": "Trước: {time}"},
    "after": {"en": "After: {time}", "vi": "Sau: {time}"},
    "found": {
        "en": "{shown} keyframes of {videos} videos, {folded} folded",
        "vi": "{shown} khung hình của {videos} video, gộp {folded}",
    },
    "folded": {"en": "+{count} alike", "vi": "+{count} giống"},
    "like_head": {"en": "Like {name} at {time}", "vi": "Giống {name} lúc {time}"},
    "like_part_head": {"en": "Like a part of {name} at {time}", "vi": "Giống một phần của {name} lúc {time}"},
    "more_videos": {"en": "{count} more videos", "vi": "Thêm {count} video"},
    "more_hits": {"en": "{count} more of this video", "vi": "Thêm {count} của video này"},
    # -- a moment
    "moment": {"en": "A moment", "vi": "Một khoảnh khắc"},
    "no_moment": {
        "en": "This address names no moment of a video in the library.",
        "vi": "Địa chỉ này không chỉ khoảnh khắc nào của video trong thư viện.",
    },
    "shot_before": {"en": "Shot before", "vi": "Cảnh trước"},
    "frame_before": {"en": "Keyframe before", "vi": "Khung hình trước"},
    "frame_after": {"en": "Keyframe after", "vi": "Khung hình sau"},
    "shot_after": {"en": "Shot after", "vi": "Cảnh sau"},
    "take_along": {"en": "Share and save", "vi": "Chia sẻ và lưu"},
    "address_help": {
        "en": "The address of this page opens this moment again.",
        "vi": "Địa chỉ của trang này mở lại đúng khoảnh khắc này.",
    },
    "stretch": {"en": "From and to", "vi": "Từ và đến"},
    "take_cut": {"en": "Film, {seconds} s (mp4)", "vi": "Đoạn phim {seconds} giây (mp4)"},
    "take_picture": {"en": "Picture (PNG)", "vi": "Hình (PNG)"},
    "lines_here": {"en": "Written and said around here", "vi": "Chữ và lời nói quanh đây"},
    "no_lines": {"en": "Nothing is written or said here.", "vi": "Ở đây không có chữ hay lời nói."},
    "part": {"en": "Search for what is in the picture", "vi": "Tìm thứ có trong hình"},
    "part_help": {
        "en": "Drag a box around something, or let it be found by words and click its box.",
        "vi": "Kéo một khung quanh một vật, hoặc gõ tên để tìm rồi bấm vào khung của nó.",
    },
    "part_alt": {"en": "The keyframe, in which a box can be dragged", "vi": "Khung hình để kéo khung trên đó"},
    "find_in_it": {
        "en": "Find in the picture, such as: red car . person",
        "vi": "Tìm trong hình, ví dụ: red car . person",
    },
    "like_part": {"en": "Search for what is in the box", "vi": "Tìm thứ có trong khung"},
    # -- the library
    "library": {"en": "Library", "vi": "Thư viện"},
    "library_sum": {
        "en": "{count} videos · {length} · {keyframes} keyframes · {lines} lines · {disk} on the disk",
        "vi": "{count} video · {length} · {keyframes} khung hình · {lines} dòng chữ · {disk} trên đĩa",
    },
    "video_row": {
        "en": "{length} · {keyframes} keyframes · {lines} lines",
        "vi": "{length} · {keyframes} khung hình · {lines} dòng chữ",
    },
    "add": {"en": "Add videos", "vi": "Thêm video"},
    "path": {"en": "File or folder on this machine", "vi": "Tệp hoặc thư mục trên máy này"},
    "index": {"en": "Add", "vi": "Thêm"},
    "upload": {"en": "Upload videos", "vi": "Tải video lên"},
    "no_path": {"en": "There is no file or folder {path}.", "vi": "Không có tệp hay thư mục {path}."},
    "indexing": {"en": "{name}: {stage}, {done} of {total} s", "vi": "{name}: {stage}, {done} / {total} giây"},
    "starting": {"en": "Starting…", "vi": "Đang bắt đầu…"},
    "cancel": {"en": "Cancel", "vi": "Huỷ"},
    "cancelled": {"en": "Cancelled; what was ready stays.", "vi": "Đã huỷ; phần đã xong được giữ lại."},
    "indexed": {"en": "{name}: ready", "vi": "{name}: xong"},
    "unchanged": {"en": "{name}: already there", "vi": "{name}: đã có"},
    "failed": {"en": "{name}: {error}", "vi": "{name}: {error}"},
    "and_more": {"en": "and {count} more", "vi": "và {count} video nữa"},
    "busy": {"en": "Videos are being added.", "vi": "Đang thêm video."},
    "missing": {
        "en": "{count} files are gone: {names}. They can be searched, not played. If a file was moved, add it "
        "from its new "
        "place: it is known by its content.",
        "vi": "{count} tệp không còn: {names}. Vẫn tìm được, nhưng không phát được. Nếu tệp đã chuyển chỗ, hãy "
        "thêm lại từ "
        "chỗ mới: nó được nhận ra theo nội dung.",
    },
    "gone_badge": {"en": "file gone", "vi": "mất tệp"},
    "foreign": {
        "en": "{count} videos were indexed with another profile and cannot be searched with this one.",
        "vi": "{count} video được lập chỉ mục bằng cấu hình khác và không tìm được bằng cấu hình này.",
    },
    "renew_all": {"en": "Index them again", "vi": "Lập chỉ mục lại"},
    "renew": {"en": "Index again", "vi": "Lập chỉ mục lại"},
    "remove": {"en": "Remove", "vi": "Bỏ khỏi thư viện"},
    "remove_help": {"en": "Out of the library; the file stays.", "vi": "Khỏi thư viện; tệp vẫn còn."},
    "filter": {"en": "Name or folder", "vi": "Tên hoặc thư mục"},
    "nothing_of": {"en": "No video of that name.", "vi": "Không có video nào tên như vậy."},
    "ask_video": {"en": "Ask", "vi": "Hỏi"},
    "open_video": {"en": "Open", "vi": "Mở"},
    # -- voice
    "voice": {"en": "Voice and answers", "vi": "Giọng nói và câu trả lời"},
    "speak": {"en": "Speak", "vi": "Đọc"},
    "auto_speak": {"en": "Speak every answer", "vi": "Đọc mọi câu trả lời"},
    "online_voice": {"en": "Online voice (gTTS)", "vi": "Giọng trực tuyến (gTTS)"},
    "online_help": {
        "en": "On: the spoken sentence goes to Google's speech service. Off: this machine speaks.",
        "vi": "Bật: câu được đọc gửi tới dịch vụ giọng nói của Google. Tắt: giọng của máy này.",
    },
    "speed": {"en": "Speed", "vi": "Tốc độ"},
    "accent": {"en": "Voice, {spoken}", "vi": "Giọng {spoken}"},
    "accent_american": {"en": "American", "vi": "Mỹ"},
    "accent_british": {"en": "British", "vi": "Anh"},
    "accent_north": {"en": "northern", "vi": "miền Bắc"},
    "accent_central": {"en": "central (this machine's voice)", "vi": "miền Trung (giọng của máy)"},
    "accent_south": {"en": "southern (this machine's voice)", "vi": "miền Nam (giọng của máy)"},
    "answer_in": {"en": "Answers in", "vi": "Trả lời bằng"},
    "as_asked": {"en": "the language of the question", "vi": "ngôn ngữ của câu hỏi"},
    "told": {"en": "Picture {number}: {time}, in {video}.", "vi": "Hình {number}: {time}, trong {video}."},
    "transcript": {"en": "What is said", "vi": "Lời đọc"},
    "no_ears": {
        "en": "To ask by voice, set VIDEO_ASSISTANT_SPEECH to a Whisper checkpoint; none is set.",
        "vi": "Để hỏi bằng giọng nói, hãy đặt VIDEO_ASSISTANT_SPEECH là một mô hình Whisper; hiện chưa có.",
    },
    "not_heard": {
        "en": "I heard no words; ask again, or type.",
        "vi": "Tôi không nghe được lời nào; hãy nói lại, hoặc gõ.",
    },
    # -- settings and honesty
    "settings": {"en": "Settings", "vi": "Cài đặt"},
    "privacy": {"en": "What leaves this machine", "vi": "Điều gì rời khỏi máy này"},
    "leaves_nothing": {"en": "Nothing leaves this machine.", "vi": "Không gì rời khỏi máy này."},
    "leaves_voice": {
        "en": "Spoken answers go to Google's speech service, as text.",
        "vi": "Câu trả lời được đọc gửi tới dịch vụ giọng nói của Google, dạng chữ.",
    },
    "leaves_pictures": {
        "en": "Questions, the conversation, text found in the videos and the pictures that are looked at go to "
        "{provider}.",
        "vi": "Câu hỏi, cuộc trò chuyện, chữ tìm thấy trong video và những hình được xem gửi tới {provider}.",
    },
    "leaves_questions": {
        "en": "Questions, the conversation and text found in the videos go to {provider}; pictures stay here.",
        "vi": "Câu hỏi, cuộc trò chuyện và chữ tìm thấy trong video gửi tới {provider}; hình ở lại đây.",
    },
    "leaves_words": {
        "en": "Questions, the conversation and text found in the videos go to {provider}.",
        "vi": "Câu hỏi, cuộc trò chuyện và chữ tìm thấy trong video gửi tới {provider}.",
    },
    "leaves_worker": {
        "en": "Questions, the conversation, text found in the videos and pictures of them go to {host}, "
        "which runs the core.",
        "vi": "Câu hỏi, cuộc trò chuyện, chữ tìm thấy trong video và hình của chúng gửi tới {host}, "
        "máy chạy mô hình lõi.",
    },
    "stays": {
        "en": "Videos, pictures and conversations are kept in the library's folder. Uploads may have up to "
        "{limit} MB each. "
        "The page shows nothing from outside the library.",
        "vi": "Video, hình và cuộc trò chuyện được giữ trong thư mục thư viện. Mỗi tệp tải lên tối đa {limit} MB. "
        "Trang không cho xem gì ngoài thư viện.",
    },
    "profile": {"en": "Profile {name}", "vi": "Cấu hình {name}"},
    "machine": {"en": "This machine", "vi": "Máy này"},
    "role_core": {"en": "Reasoning", "vi": "Suy luận"},
    "role_retrieval": {"en": "Picture search", "vi": "Tìm hình"},
    "role_matching": {"en": "Re-ranking", "vi": "Xếp hạng lại"},
    "role_grounding": {"en": "Boxes", "vi": "Khung vật thể"},
    "role_translation": {"en": "Translation", "vi": "Dịch"},
    "role_on-screen text": {"en": "Text on screen", "vi": "Chữ trên màn hình"},
    "role_Vietnamese text": {"en": "Vietnamese letters", "vi": "Chữ tiếng Việt"},
    "role_speech": {"en": "Speech", "vi": "Lời nói"},
    "role_voice, online": {"en": "Voice, online", "vi": "Giọng trực tuyến"},
    "role_voice, offline": {"en": "Voice, offline", "vi": "Giọng của máy"},
    "part_device": {"en": "Device", "vi": "Thiết bị"},
    "part_profile": {"en": "Profile", "vi": "Cấu hình"},
    "part_core worker": {"en": "Reasoning on another machine", "vi": "Suy luận ở máy khác"},
    "part_retrieval": {"en": "Picture search", "vi": "Tìm hình"},
    "part_codecs": {"en": "Codecs", "vi": "Bộ giải mã"},
    "part_tesseract": {"en": "Tesseract", "vi": "Tesseract"},
    "part_voice": {"en": "Voice", "vi": "Giọng nói"},
    "part_disk": {"en": "Disk", "vi": "Đĩa"},
    # -- what to ask
    "guide_intro": {
        "en": "Questions that the demo clips answer; click one to ask it. Follow-ups such as “What colour is "
        "it?” are about "
        "the last answer.",
        "vi": "Những câu hỏi mà các clip mẫu trả lời được; bấm để hỏi. Câu hỏi tiếp như “Nó màu gì?” nói về câu "
        "trả lời "
        "trước.",
    },
    "guide_limits": {
        "en": "The models that ship know the rendered street world of the demo clips alone. Of other videos they "
        "say that "
        "they cannot tell; text on screen, subtitles and likeness work on any video.",
        "vi": "Các mô hình đi kèm chỉ biết thế giới đường phố dựng sẵn của các clip mẫu. Với video khác, chúng "
        "nói là không "
        "biết; chữ trên màn hình, phụ đề và tìm hình giống nhau dùng được với mọi video.",
    },
}

EXAMPLES: dict[Language, tuple[str, ...]] = {
    "en": (
        "When does a bus appear?",
        "How many people are there at the start?",
        "First a dog runs by, then a car stops: when?",
        "What is this video about?",
        "Biển hiệu viết gì?",
    ),
    "vi": (
        "Khi nào xe buýt xuất hiện?",
        "Có bao nhiêu người lúc đầu?",
        "Có chiếc xe đỏ nào không?",
        "Video này nói về gì?",
        "Biển hiệu viết gì?",
    ),
}
"""Of the demo clips."""

OTHER_EXAMPLES: dict[Language, tuple[str, ...]] = {
    "en": ("What does the text on screen say?", "What is this video about?"),
    "vi": ("Chữ trên màn hình viết gì?", "Video này nói về gì?"),
}
"""Of any video."""

GUIDE: dict[Language, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "en": (
        (
            "When, where, whether",
            "Finds keyframes by meaning, checks each, and gives the times.",
            ("When does a bus appear?", "Is there a red car?", "Is it raining?"),
        ),
        (
            "How many, what colour",
            "Looks at the pictures of the time that you name.",
            ("How many people are there at the start?", "What colour is the bus?"),
        ),
        (
            "Events in order",
            "One moment for each event; one may be missed. Correct it: “without the dog”, “the second one is later”.",
            ("First a dog runs by, then a bus stops: when?", "What happened before the bus left?"),
        ),
        (
            "Written and said",
            "Reads text on screen and subtitles; accents and typos are forgiven.",
            ("What does the sign say?", "Biển hiệu viết gì?"),
        ),
        ("The whole video", "Tells it stretch by stretch.", ("What is this video about?", "What happens at the end?")),
        (
            "Something unusual",
            "Ranks moments by how little they resemble the rest of their video.",
            ("Is there anything unusual?",),
        ),
    ),
    "vi": (
        (
            "Khi nào, ở đâu, có không",
            "Tìm khung hình theo nghĩa, kiểm tra từng hình và cho biết lúc nào.",
            ("Khi nào xe buýt xuất hiện?", "Có chiếc xe đỏ nào không?", "Trời có mưa không?"),
        ),
        (
            "Bao nhiêu, màu gì",
            "Xem các hình của khoảng thời gian bạn nêu.",
            ("Có bao nhiêu người lúc đầu?", "Xe buýt màu gì?"),
        ),
        (
            "Sự kiện theo thứ tự",
            "Mỗi sự kiện một khoảnh khắc; có thể thiếu một. Sửa bằng lời: “bỏ con chó”, “cái thứ hai muộn hơn”.",
            ("Đầu tiên một con chó chạy qua, sau đó xe buýt dừng: khi nào?",),
        ),
        (
            "Chữ và lời nói",
            "Đọc chữ trên màn hình và phụ đề; không cần dấu, sai chính tả cũng được.",
            ("Biển hiệu viết gì?", "What does the sign say?"),
        ),
        ("Cả video", "Kể lại từng đoạn.", ("Video này nói về gì?",)),
        (
            "Điều bất thường",
            "Xếp các khoảnh khắc theo mức khác với phần còn lại của video.",
            ("Có gì bất thường không?",),
        ),
    ),
}
