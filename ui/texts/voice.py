"""Spoken answers and spoken questions."""

from __future__ import annotations

from assistant.text.language import Language

TEXTS: dict[str, dict[Language, str]] = {
    "voice": {"en": "Voice and answers", "vi": "Giọng đọc và câu trả lời"},
    "speak": {"en": "Read aloud", "vi": "Đọc to"},
    "auto_speak": {"en": "Read every answer aloud", "vi": "Tự động đọc câu trả lời"},
    "online_voice": {"en": "Online voice (gTTS)", "vi": "Giọng đọc trực tuyến (gTTS)"},
    "online_help": {
        "en": "On: the text of spoken answers is sent to Google's speech service. Off: this machine speaks.",
        "vi": "Bật: nội dung cần đọc được gửi tới dịch vụ giọng nói của Google. Tắt: dùng giọng đọc của máy.",
    },
    "speed": {"en": "Speed", "vi": "Tốc độ đọc"},
    "accent": {"en": "Voice: {spoken}", "vi": "Giọng đọc: {spoken}"},
    "accent_american": {"en": "American", "vi": "Mỹ"},
    "accent_british": {"en": "British", "vi": "Anh"},
    "accent_north": {"en": "Northern", "vi": "Miền Bắc"},
    "accent_central": {"en": "Central (offline only)", "vi": "Miền Trung (chỉ có giọng của máy)"},
    "accent_south": {"en": "Southern (offline only)", "vi": "Miền Nam (chỉ có giọng của máy)"},
    "answer_in": {"en": "Answer in", "vi": "Trả lời bằng"},
    "as_asked": {"en": "language of the question", "vi": "ngôn ngữ của câu hỏi"},
    "narrated_keyframe": {
        "en": "Picture {number}: {time}, in {video}.",
        "vi": "Hình {number}: {time}, trong {video}.",
    },
    "transcript": {"en": "Transcript", "vi": "Lời đọc"},
    "no_speech_model": {
        "en": "Speech recognition is not installed. To ask by voice: pip install 'video-assistant[hearing]'",
        "vi": "Chưa cài nhận dạng giọng nói. Để hỏi bằng giọng nói: pip install 'video-assistant[hearing]'",
    },
    "english_speech_only": {
        "en": "The recogniser of this profile understands English only. For Vietnamese speech, in videos and in "
        "questions, get a larger one: video-assistant --profile standard models pull speech",
        "vi": "Mô hình nhận dạng giọng nói của cấu hình này chỉ hiểu tiếng Anh. Để nhận dạng tiếng Việt, trong video "
        "và trong câu hỏi, hãy tải mô hình lớn hơn: video-assistant --profile standard models pull speech",
    },
    "no_words_heard": {
        "en": "I could not make out any words. Ask again, or type your question.",
        "vi": "Tôi không nghe rõ câu hỏi. Hãy nói lại, hoặc gõ câu hỏi.",
    },
}
