"""The small vocabulary of all pocket models: the world's words in English and Vietnamese, and letters for other words.

It is a WordPiece over lower-case NFC text with its accents. Vietnamese and ASCII text never needs an unknown token: words
that are not in the vocabulary are spelt letter by letter. The order of the vocabulary fixes the frozen embedding table of
the T5, so words are only ever appended.
"""

from __future__ import annotations

import string
from functools import cache
from typing import Any, Literal

from training.language.accents import strip_accents

IMAGE_TOKEN = "<image>"  # noqa: S105 - a token of the tokenizer
SPECIAL = ("<pad>", "</s>", "<unk>", "<s>", "[CLS]", "[SEP]", IMAGE_TOKEN)
VIETNAMESE_LETTERS = (
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
)  # fmt: skip
WORLD_WORDS = """
red blue green yellow white black orange purple car bus truck motorbike bicycle person dog cars buses trucks motorbikes
bicycles people dogs street road park day night clear rain sign none far mid near front left right zero one two three four
thing things object objects nothing a an the in on at by to of and is are there any can you see how many what which way
where who going facing colour color it raining weather like or place this here photo does show short answer question
description text tool earlier now standalone translate vietnamese english yes no
find frames events read ground count describe look query sequence phrases phrase video moment start end source within
first then after before next last later finally followed enters enter leaves leave stops stop crosses cross overtakes
overtake boards board gets get off picks pick up appears appear appeared runs run walks walk drives drive rides ride passes
pass goes go comes come turns turn moves move stands stand waits wait arrives arrive happens happen happened when while
during beginning time times second seconds minute minutes many much more all every each other another same about main
picture pictures scene scenes clip say says said written write writes word words screen spoken tell me give point mark box
draw exactly number total does do did has have had was were be been being he she they them his her its their him that these
those ago again also what's it's not still only just shown seen visible anything anyone someone something nobody
president france capital weather today who's your name hello thanks thank please summary summarise describe
stop cafe taxi shop bank hotel market school
van vans cat cats horse horses cow cows bird birds ball balls box boxes bag bags bench benches pink brown beach square fog
foggy umbrella umbrellas backpack backpacks flag flags holding holds hold carrying carries carry with without five six seven
eight nine ten police exit fourth fifth earlier earliest came come started stopped entered passed crossed overtook boarded
got put puts down picked take takes took follow follows followed around turned chases chase waited walked ran drove jumps
animal animals vehicle vehicles behind next near far away close beside between cannot unknown sure maybe could would should
may might will won't can't don't doesn't didn't isn't aren't wasn't i've i'm you're there's where's when's which one ones
kind type sort same different together alone quickly slowly long short big small little large old new good bad nice yes
every part parts side sides top bottom middle corner entire whole moment moments place places sky sun moon sea sand tree
trees house houses building buildings fountain water grass lamp window door walking running standing sitting driving riding
waiting crossing leaving entering stopping passing moving coming arriving appearing happening showing wearing dressed
coloured colored traffic station news people's man woman men women boy girl child children guy lady kid kids
show's let look looks looking watch watching find finding search searching list name names count counting identify spot
locate located position positioned visible hidden present absent exist exists contain contains include includes included
question's answer's describe describes described explain explains explained overview brief briefly quick short-term
""".split()
VIETNAMESE_WORDS = """
xe ô tô hơi buýt tải máy đạp người con chó chiếc cái đỏ xanh dương lá lam lục vàng trắng đen cam tím màu phố đường công viên
ngày đêm ban trời mưa nắng quang tạnh biển hiệu bảng chữ gì nào không có mấy bao nhiêu là ở đâu đây kia ai khi lúc nào thế
xuất hiện nhìn thấy trong ngoài trên dưới bên trái phải trước sau giữa cạnh về hướng phía đi chạy đang đứng dừng lại qua
ngang băng vượt lên xuống rời khỏi vào ra đến tới nhặt đồ vật thứ nó họ anh ta cô ấy đó này và rồi tiếp theo đầu tiên cuối
cùng hai ba bốn một số đếm bắt kết thúc video clip cảnh hình ảnh nói viết đọc tìm chỉ mô tả kể tóm tắt cho tôi biết hãy xin
bức màn nội dung tổng cộng tất cả mọi mỗi nhiều ít hơn nữa cũng vẫn được bị do bởi với của từ giây phút lần thời tiết sao
như thế gì vậy à ạ nhỉ hả chứ đúng sai vâng dạ ừ chào cảm ơn tổng thống nước pháp thủ đô tên bạn xảy chuyện sự kiện làm mặc
áo cửa hàng trạm bến chợ nhà sách trường học phở cà phê bánh mì hiệu thuốc khách sạn ngân buổi sáng tối mặt cái nơi chỗ nào
thứ đoạn phim lời thoại dòng quay chụp thấy rõ hết còn mới vừa ngay lập tức
con mèo ngựa bò chim quả bóng trái cái thùng hộp túi ghế băng xe van hồng nâu bãi biển quảng trường sương mù ô dù ba lô balo lá
cờ cầm mang đeo năm sáu bảy tám chín mười trước tiên sớm nhất muộn hơn đặt xuống nhặt quay vòng theo đuổi nối đuôi chờ đợi
người đàn ông phụ nữ bé trẻ em loài động phương tiện gần xa bên cạnh giữa sau lưng phía đằng chỗ kia vị trí xác định nằm trái
phải chắc không thể biết được rõ ràng mây nhà cây nước xảy lần thứ hai ba cuối nhỉ ạ ơi vậy thì à hen nha nhé liệt kê hiển thị
hiện diện tồn tại bao gồm chứa có phải chăng hay hoặc bởi vì tại sao bằng cách sang dọc trên đường phố ngoài trời bưu điện sữa
chua khách ngân vừa rồi mấy giờ bao lâu khoảng thời gian ban sáng tối nay hôm ngã tư vỉa hè
""".split()
PUNCTUATION = string.punctuation + "…“”‘’–"
COLUMN_MARKS = tuple(f"<{number}>" for number in range(1, 11))
"""Words for the columns of a frame; no text contains them."""


@cache
def vocabulary() -> tuple[str, ...]:
    """Returns all tokens in order; the position of a token is its id."""
    letters = string.ascii_lowercase + string.digits + VIETNAMESE_LETTERS
    single = list(letters + PUNCTUATION)
    continued = [f"##{letter}" for letter in letters]
    # People who type without accents leave out all of them, so each Vietnamese word is known without them, too.
    without_accents = [strip_accents(word) for word in VIETNAMESE_WORDS]
    words = [*WORLD_WORDS, *VIETNAMESE_WORDS, *without_accents]
    return tuple(dict.fromkeys([*SPECIAL, *COLUMN_MARKS, *single, *continued, *words]))


def build_tokenizer(kind: Literal["t5", "bert", "clip"]) -> Any:
    """Builds a fast tokenizer over the vocabulary.

    Args:
        kind: decides the special tokens around a text: `t5` ends with `</s>`, `bert` (the Q-Former) has `[CLS]` and
            `[SEP]`, `clip` has `<s>` and `</s>`.
    """
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    ids = {token: position for position, token in enumerate(vocabulary())}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="<unk>", max_input_chars_per_word=60))  # noqa: S106 - a token
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(prefix="##", cleanup=True)
    frame = {"t5": ("", "</s>"), "bert": ("[CLS]", "[SEP]"), "clip": ("<s>", "</s>")}[kind]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{frame[0]} $A {frame[1]}".strip(), special_tokens=[(token, ids[token]) for token in frame if token]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",  # noqa: S106 - a token
        eos_token="</s>",  # noqa: S106 - a token
        unk_token="<unk>",  # noqa: S106 - a token
        bos_token="<s>",  # noqa: S106 - a token
        cls_token="[CLS]",  # noqa: S106 - a token
        sep_token="[SEP]",  # noqa: S106 - a token
        additional_special_tokens=[IMAGE_TOKEN],
        model_max_length=512 if kind == "t5" else 64,
        padding_side="right",
    )
