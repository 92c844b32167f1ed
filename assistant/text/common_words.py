"""Common words of questions in both languages, as spelled: words of grammar, words that ask, and small talk."""

ENGLISH_WORDS = frozenset(
    """a about above after afterwards again ago all along also am an and another any anybody anyone anything are aren't
    around as ask at away back be because been before being below beside between both but by came can can't come
    could couldn't did didn't do does doesn't doing done don't down during each either else end ever every everybody
    everyone everything exactly few find first for from front get gets give goes going gone got had has hasn't have
    haven't having he hello help her here hers hey hi him his hour hours how i if in inside into is isn't it it's its
    just kind know last later least left let like list long look made make many may maybe me mean might mine minute
    minutes moment more most much must my near need never next no nobody none nor not nothing now of off often on once
    one only onto or other our ours out outside over own part please really right same saw say says second seconds see
    seen several shall she should show since so some somebody someone something sometimes soon start still such sure
    take tell than thank thanks that the their them then there these they thing things think this those through time
    times to together too took toward towards two under until up us use very was wasn't watch way we well went were
    weren't what what's whatever when where where's whether which while who who's whole whom whose why will with within
    without won't would yes yet you your yeah nope bye goodbye sorry cool awesome colour color summarise summarize
    describe explain mention mentioned happen happens happened happening appear appears appeared wearing written reads
    """.split()
)
VIETNAMESE_WORDS = frozenset(
    """ai anh bao nhiêu bạn bắt bây bên bị bởi buổi các cách cái cảnh cần chào chỉ chiếc cho chưa chứ chuyện chúng chủ
    có còn con cũng của cùng cuối cả cảm dưới đang đã đây đầu đâu đến đều để đi đó đoạn đúng được đừng em gì giây giờ
    giúp giữa hay hãy hết hiện hình hoặc hôm hỏi kể khi khác khoảng không kia lâu lại làm là lên loại lúc luôn mà màu
    mấy mình mỗi một mọi mới muốn nào này nay nên nếu ngay ngoài người nhất nhé nhỉ nhìn nhưng những như nó nói nữa ở ơi
    ơn phải phần phía phim phút qua quá ra rằng rất rồi sao sau sẽ số tại tạm biệt tất thấy theo thế thì thêm thời gian
    thứ tìm tiếp tóm tắt tới tôi tả trên trong trước từ từng tự và vào vậy vẫn về vì việc với vừa xem xin xong xuất
    xuống xảy ạ à á ấy ừ vâng dạ nha hả chắc lần ngày tuần tháng năm trái đầu tiên thật""".split()
)
VIETNAMESE_PAIRS = frozenset(
    """cảm ơn;xin chào;chào bạn;tạm biệt;bao nhiêu;bao lâu;khi nào;lúc nào;màu gì;thế nào;làm gì;ở đâu;như thế;tại sao;
    vì sao;sau đó;trước đó;bây giờ;xảy ra;bên trái;bên phải""".replace("\n    ", "").split(";")
)
"""Words that go together, some of which are English words without their accents."""
