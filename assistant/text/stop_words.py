"""Words, folded, that do not tell what a question is about: words of grammar, and words that ask."""

FUNCTION_WORDS = frozenset(
    (
        "a about after again all also am an and any are as at be because been before being but by can could did do "
        "does doing down during each every few first for from further get gets had has have having he her here "
        "hers him his how i if in into is it its just last many may me might more most much my next no nor not of "
        "off on once only or other our out over own said same say says saying shall she should show so some speak "
        "speaks such talk talks talked talking tell tells than that the their them then there these they this "
        "those through to too under until up us very was we were what when where which while who whom whose why "
        "will with word words would you your explain explains explained mention mentions mentioned discuss "
        "discusses describe describes moment part time video "
        "ai anh ay bao bi boi cac cai can chi chiec cho chua chung co con cua cung da dang day de den deu di do "
        "doan duoc gi giai hay hon ho khi khong la lai lam luc ma mot nay nao nen nghia ngay nguoi nhac nhieu nhu "
        "nhung noi o phan qua ra rang rat roi sao sau se ta tai the theo thi thich thoi toi trong truoc tu va vao "
        "van vay ve vi viec voi"
    ).split()
)
