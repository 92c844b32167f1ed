"""Words as people write them in chats, and real words that look like typing errors of others."""

ENGLISH_CHAT = {
    "u": "you", "r": "are", "n": "and", "thru": "through", "pls": "please", "plz": "please", "ppl": "people",
    "gonna": "going to", "wanna": "want to", "gotta": "have to", "gimme": "give me", "lemme": "let me",
    "dunno": "don't know", "cuz": "because", "coz": "because", "cos": "because", "vid": "video", "vids": "videos",
    "ur": "your", "ya": "you", "wat": "what", "wut": "what", "wot": "what", "teh": "the", "hte": "the",
    "abt": "about", "wich": "which", "bycicle": "bicycle", "bicicle": "bicycle", "wen": "when", "wher": "where",
    "thx": "thanks", "thanx": "thanks", "tho": "though", "somethin": "something", "nothin": "nothing", "adn": "and",
    "doin": "doing", "wearin": "wearing", "goin": "going", "kinda": "kind of", "lotta": "lot of", "outta": "out of",
    "everytime": "every time", "truk": "truck", "trcuk": "truck", "meny": "many", "whit": "white", "wite": "white",
    "happend": "happened", "occured": "occurred", "seperate": "separate", "recieve": "receive",
    "motercycle": "motorcycle", "vidio": "video", "grean": "green", "gren": "green", "blak": "black",
    "peopel": "people", "umberella": "umbrella", "persone": "person", "womam": "woman", "lisence": "license",
    "womens": "women", "mens": "men", "childs": "children", "alot": "a lot", "colr": "colour", "hv": "have",
    "jus": "just",
}  # fmt: skip
CONTRACTIONS = {
    full.replace("'", ""): full
    for full in (
        "what's where's who's when's how's that's there's here's doesn't don't didn't isn't aren't wasn't weren't "
        "hasn't haven't hadn't couldn't wouldn't shouldn't can't won't i'm i've you're they're you've they've "
        "he's she's let's"
    ).split()
}
"""Contractions by what they are without their apostrophe."""
VIETNAMESE_CHAT = {
    "ko": "không", "k": "không", "kh": "không", "hok": "không", "hông": "không", "hổng": "không", "hem": "không",
    "khum": "không", "hăm": "không", "kg": "không", "kô": "không", "khg": "không", "j": "gì", "gj": "gì", "z": "vậy$",
    "v": "vậy$", "dzậy": "vậy", "zậy": "vậy", "zay": "vậy", "dzay": "vậy", "đc": "được", "dc": "được", "đk": "được",
    "wa": "qua", "ng": "người", "ngta": "người ta", "bn": "bao nhiêu", "bnhiu": "bao nhiêu", "bnhiêu": "bao nhiêu",
    "nhìu": "nhiều", "ntn": "như thế nào", "vs": "với", "cx": "cũng", "cg": "cũng", "nx": "nữa", "lm": "làm",
    "mn": "mọi người", "trc": "trước", "r": "rồi$", "rùi": "rồi", "òi": "rồi$", "mún": "muốn", "bít": "biết",
    "bik": "biết", "thik": "thích", "nhg": "nhưng", "nhữg": "những", "ik": "đi", "sđt": "số điện thoại",
    "nc": "nói chuyện", "đag": "đang", "dg": "đang", "đg": "đang", "trog": "trong", "xog": "xong", "lun": "luôn",
    "wá": "quá", "fải": "phải", "zô": "vào", "dô": "vào", "dzô": "vào", "nì": "này", "nè": "này",
    "nhiu": "nhiêu", "thui": "thôi", "mik": "mình", "ngừi": "người", "xg": "xuống",
}  # fmt: skip
"""`$` at the end: only where no word follows."""
PROTECTED_WORDS = frozenset(
    """
    others shame acts joint wish pain losses passport earn aunt shown warn gary steven employers electrons gents jest
    vices
    acne adult adversity agent aground alert alter ample ancient anxiety arise authority backtrack ballet band bang
    bare basic basis battle bedside beet bellow bend best beta bile billiards bind bland blank bleach blend blue
    blush boast bold bolt boost bore boring borne bot botch bottle bowel brag bran brand breach bread breath bridle
    brook broth brow browse brunt bundle butt calibrate cameo camp candle capture care carve carved cast cattle
    cause cave celebrity cell certain charge charity chest chirp choir christian chute circulate clamp clarity clasp
    clause client clipboard clone cloth clover coal cold colt comet comfort comic comical commend common community
    consult continuum convert cordon core coroner coupe covert crave creature credit crepe crook crow cubic culture
    cure cured curve cynical dame dare daring default defer demon deport derive desert dessert deter dignity
    diversity donor dorm dose dread drier drown duress edit effort eighth either electronic employer entity equality
    escort evil example exert exist expansive expert expertise explosive export facet factor fame fang farce fare
    farm farther fast fault feast feather feature federal fiend file firm fit flake fleet flight flow focal fold
    form formulate forum fright fully fumble fund future gall garb gave gene general genius gentle genuine
    geographic germ gloat glow gold grate grow growl guess halt hand handle harm hate heart heath heave heir herb
    hint hire hired hoarse hold hole hope horde host human humanity humble ideal identity import indoor injure
    insert insult intercept interject interpret intersect invert join jolt joust jumble keen kettle kinda lame lance
    land lash last late lather launch lease lecture leisure lemon lend lessen lest librarian lightning limit lint
    little local logic loin loose loot lotus louse lower loyal loyalty lure machinery magic maintain majority malt
    mantle mare marital massage mast matte mature meant measure mechanism meddle medial mend mental meta metabolic
    mete meteor mild mile mince mineral minority mint mixture moist mold mole mono moral moron mourning mower muddle
    mule mural nature nest nettle noose norm other ounce outdoor overt pace packet paddle palate pamper pang panic
    pardon pare parity past patch patient pauper pave pawn peddle penis percentile person persona pest pester
    photographic photon picket picnic picture pile pint plan plank plea pleasure plush poison polar pole polo pose
    potion power precedent pressure prince priority prison proof prospect prove prow psalm public puncture pure
    purity quality quantity queue quiet quit quite quota quote rabbi radius rare rarity rattle rave reality realm
    reason reed reef regal relay renal repay report reset resort rest result revere ridge role roman root roster
    royal royalty rude rule rumble rural sacred safety sage salmon salon salt salve same sample sand sanity scandal
    scarred scope score scorn seam season security seen sell semen send sermon settle sewing shave shell shock
    simmer simple slave slick sling slink sliver slope slow smell smite snag snog snug society solar sold sole
    sometime sonic sore sour spade spare spell spice spike spine spire spite splint spoke spoon sport spray squire
    stack staff stain stake stale stalk stall stare stark starlight start state statue stature status statute stave
    steep sting stink stock stomp stone stool stoop store stove strand strangle stray strip stripe strung style
    subtle sued suing summon super surf surge surprise swell tack tale tame teenage temple tend tenth term test
    texture thee thirsty thong thorough though thousandth thunder tier tile tint title told tolls tonic topic tore
    tower trace track tract trail trait tramp transparency treachery tread treason treasure trend trial trick troll
    tropic trough truck truly trunk trust truth tumble tusk underwent unit unity university vanity variety vast veer
    vest vet vile visit vocal voice volley volt waist waive warm warp weapon weave wheat whether whine whither widow
    width wild witch woman wore worm wreak wrest wring writhe zest
    """.split()
)
"""Real words, most of them beyond the lexicon, that are a letter or two away from a word of it."""
