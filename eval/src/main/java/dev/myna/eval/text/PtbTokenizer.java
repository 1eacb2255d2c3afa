// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits captions into tokens with the conventions of the Penn Treebank, as the COCO caption metrics do (docs/spec/evaluation.md 3.5).
 * This is a tokenizer of our own for the same conventions; results name it, because rare texts may come out differently. At each place
 * the longest form wins, the first of equals.
 */
public final class PtbTokenizer {
    /** Its name in results. */
    public static final String NAME = "ptb-myna-1";

    private static final Set<String> DROPPED =
            Set.of("''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";");

    private static final String LETTER = "[\\p{L}\\p{M}\\u00ad&&[\\u0000-\\uffff]&&[^\\u0ccd\\ufe0e\\ufe0f]]";
    private static final String WORD = "[\\p{L}\\p{M}\\p{Nd}_\\u00ad&&[\\u0000-\\uffff]&&[^\\u0ccd\\ufe0e\\ufe0f]]";
    private static final String END = "(?!" + WORD + ")";
    private static final String APOSTROPHE = "['\\u2019]";
    private static final String ANY_APOSTROPHE = "['\\u2018\\u2019\\u201b`]";
    private static final String URL_END = "[^\\s\"<>|.!?(){},;:']";

    /** These end in a full stop; at the end of a sentence another one follows. */
    private static final Set<String> SENTENCE_ABBREVIATIONS = Set.of(
            "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "mon", "tue", "tues",
            "wed", "thu", "thurs", "fri", "inc", "co", "cos", "corp", "ltd", "plc", "dept", "assn", "univ", "bros",
            "jr", "sr", "blvd", "rd", "esq", "etc", "al", "bldg", "calif", "mass", "conn", "fla", "ill", "mich", "penn",
            "tenn", "wash", "ariz", "colo", "kan", "minn", "okla", "ore", "tex", "va", "wis");

    /** These end in a full stop, which never ends a sentence. */
    private static final Set<String> TITLES = Set.of(
            "mr", "mrs", "ms", "dr", "drs", "prof", "sen", "rep", "lt", "col", "gen", "gov", "adm", "rev", "maj", "sgt",
            "cpl", "capt", "st", "ste", "ave", "pres", "hon", "brig", "mt", "ft", "mme", "mlle", "messrs", "vs", "ph.d",
            "ed.d", "tel", "est", "ext", "sq");

    /** These end in a full stop before a number. */
    private static final Set<String> BEFORE_NUMBERS =
            Set.of("no", "nos", "fig", "figs", "p", "pp", "art", "ca", "op", "prop", "vol");

    private static final Map<String, Integer> JOINED = Map.of(
            "cannot", 3, "gonna", 3, "wanna", 3, "gotta", 3, "lemme", 3, "gimme", 3, "'tis", 2, "'twas", 2, "y'all", 2);

    private static final Map<String, String> ENTITIES =
            Map.of("&amp;", "&", "&lt;", "<", "&gt;", ">", "&quot;", "''", "&apos;", "'", "&nbsp;", "");

    private record Form(Pattern pattern, UnaryOperator<String> token) {}

    private static final List<Form> FORMS = List.of(
            form("&(?:amp|lt|gt|quot|apos|nbsp);", ENTITIES::get),
            form("</?[A-Za-z][A-Za-z0-9]*(?:\\s+[A-Za-z]+=(?:\"[^\"\\n]*\"|'[^'\\n]*'))*\\s*/?>"),
            form("(?:https?|ftp)://[^\\s\"<>|]*" + URL_END),
            form("www\\.[^\\s\"<>|.]+\\.[^\\s\"<>|]*" + URL_END),
            form("(?:[A-Za-z0-9-]+\\.)+(?:com|net|org|edu)(?:/[^\\s\"<>|]*" + URL_END + ")?(?![A-Za-z0-9])"),
            form("[A-Za-z0-9][A-Za-z0-9._%+-]*@(?:[A-Za-z0-9-]+\\.)+[A-Za-z]{2,}"),
            form("@[A-Za-z_][A-Za-z0-9_]*"),
            form("#" + LETTER + WORD + "*"),
            form("-[LRlr][RSCrsc][Bb]-"),
            form("\\p{Nd}{1,2}[-/]\\p{Nd}{1,2}[-/]\\p{Nd}{2,4}"),
            form("(?:\\p{Nd}{1,4}[- \\u00a0])?\\p{Nd}{1,4}[/\\u2044]\\p{Nd}{1,4}", text -> text.replace(' ', '\u00a0')),
            form("[-+]?(?:\\p{Nd}+|(?=\\.\\p{Nd}))(?:[.,:\\u066b\\u066c]\\p{Nd}+)*"),
            form("[A-Z]+(?:[&+][A-Z]+)+"),
            form("[A-Za-z]\\+\\+|[CFcf]#"),
            form("(?:US|[AC]|HK|NZ)\\$"),
            form("[A-Za-z](?:\\.[A-Za-z])+\\.?" + END),
            form(LETTER + "(?:\\." + LETTER + ")+" + END),
            form("[A-Za-z]\\.(?!\\p{L})"),
            form("[A-Za-z]\\.(?=\\.)"),
            form(LETTER + "+(?:/" + LETTER + "+)+"),
            form(APOSTROPHE + "n" + APOSTROPHE + "?" + END),
            form(APOSTROPHE + "(?:em|til|till|cause)" + END),
            form(APOSTROPHE + "[2-9]0s"),
            form(LETTER + APOSTROPHE + LETTER + "{2,}(?:-" + WORD + "+)*"),
            form(LETTER + "+[aeiouyAEIOUY]" + APOSTROPHE + "[aeiouA-Z]" + LETTER + "*"),
            form(WORD + "+(?:[-\\u2010\\u2011]" + WORD + "+)*"),
            form("[!?]+"),
            form("\\.{3,5}|(?:\\.[ \\u00a0]){2,4}\\.|\\u2026", _ -> "..."),
            form("--+|[\\u2013\\u2014\\u2015]+", _ -> "--"),
            form("\\*+"),
            form("``|\\u201c|\\u00ab", _ -> "``"),
            form("''|\\u201d|\\u00bb", _ -> "''"),
            form("[\\u2018\\u201b\\u2039]", _ -> "`"),
            form("[\\u2019\\u203a]", _ -> "'"),
            form("[\\u20ac\\u20a0]", _ -> "$"),
            form("\\u00a3", _ -> "#"),
            form("\\u00a2", _ -> "cents"),
            form("\\u00bd", _ -> "1/2"),
            form("\\u00bc", _ -> "1/4"),
            form("\\u00be", _ -> "3/4"),
            form("\\(", _ -> "-lrb-"),
            form("\\)", _ -> "-rrb-"),
            form("\\[", _ -> "-lsb-"),
            form("\\]", _ -> "-rsb-"),
            form("\\{", _ -> "-lcb-"),
            form("\\}", _ -> "-rcb-"),
            form("[\\x21-\\x7e]"),
            form(
                    "[\\u00a1\\u00a4-\\u00aa\\u00ac-\\u00bf\\u00d7\\u00f7\\u02c2-\\u02df\\u0387\\u0589\\u05be-\\u05c6\\u05f3\\u05f4"
                            + "\\u0600-\\u061f\\u066a-\\u066d\\u06d4\\u0964\\u0965\\u0e4f\\u2016\\u2017\\u201a-\\u201f\\u2020-\\u2027"
                            + "\\u2030-\\u2044\\u2070-\\u209c\\u20a1-\\u20bf\\u2100-\\u214f\\u2190-\\u24ff\\u2500-\\u2bff"
                            + "\\u3001\\u3002\\u3012\\u30fb\\uff01-\\uff0f\\uff1a-\\uff20\\uff3b-\\uff40\\uff5b-\\uff65]"));

    /** The stem of a contraction. */
    private static final Pattern NEGATED = Pattern.compile(
            LETTER + "+(?=[nN]" + ANY_APOSTROPHE + "[tT]" + END + ")|[nN]" + ANY_APOSTROPHE + "[tT]" + END);

    private static final String SUFFIX = "(?:[sSmMdD]|ll|ve|re|LL|VE|RE)" + END;
    private static final Pattern POSSESSED =
            Pattern.compile("(?:" + WORD + "+(?:-" + WORD + "+)*)(?=" + APOSTROPHE + SUFFIX + ")");
    private static final Pattern SUFFIXED = Pattern.compile(APOSTROPHE + SUFFIX);
    private static final Pattern MORE_N = Pattern.compile("[mM]ore(?=" + APOSTROPHE + "n" + END + ")");
    private static final Pattern JOINED_WORD = Pattern.compile("(?i:cannot|gonna|wanna|gotta|lemme|gimme|" + APOSTROPHE
            + "tis|" + APOSTROPHE + "twas|y" + APOSTROPHE + "all)" + END);
    private static final Pattern ABBREVIATION = Pattern.compile("(?:(?:Ph|Ed)\\.D|[A-Za-z]+)\\.");

    private PtbTokenizer() {}

    private static Form form(String regex) {
        return form(regex, text -> text);
    }

    private static Form form(String regex, UnaryOperator<String> token) {
        return new Form(Pattern.compile(regex), token);
    }

    /**
     * The tokens of captions without punctuation, in lower case and joined by spaces, one entry a caption. LF in a caption counts as a
     * space. The original also ends lines at other separators, which shifts all later captions: here they are spaces.
     */
    public static List<String> captions(List<String> captions) {
        List<String> lines = new ArrayList<>();
        for (String line : lines(captions)) {
            List<String> kept = new ArrayList<>();
            for (String token : line.split(" ")) {
                if (!DROPPED.contains(token)) {
                    kept.add(token);
                }
            }
            lines.add(String.join(" ", kept));
        }
        return lines;
    }

    /** All tokens of each caption, in lower case and joined by spaces. */
    public static List<String> lines(List<String> captions) {
        StringBuilder text = new StringBuilder();
        for (String caption : captions) {
            text.append(caption.replaceAll("[\\n\\r\\u000b\\u000c\\u0085\\u2028\\u2029]", " "))
                    .append('\n');
        }
        List<String> lines = new ArrayList<>();
        List<String> tokens = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\n') {
                lines.add(String.join(" ", tokens).toLowerCase(Locale.ROOT));
                tokens.clear();
                at++;
            } else if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                at++;
            } else {
                at = token(text, at, tokens);
            }
        }
        return lines;
    }

    /** Adds what is at a place, which is no space, and returns the place behind it. */
    private static int token(CharSequence text, int at, List<String> tokens) {
        int joined = end(JOINED_WORD, text, at);
        if (joined > at) {
            String word = text.subSequence(at, joined).toString().replace('\u2019', '\'');
            int cut = JOINED.get(word.toLowerCase(Locale.ROOT));
            tokens.add(word.substring(0, cut));
            tokens.add(word.substring(cut));
            return joined;
        }
        boolean afterWord = at > 0 && isWord(Character.codePointBefore(text, at));
        for (Pattern pattern : afterWord ? List.of(NEGATED, SUFFIXED) : List.of(NEGATED, MORE_N, POSSESSED)) {
            int end = end(pattern, text, at);
            if (end > at) {
                add(text.subSequence(at, end).toString(), tokens);
                return end;
            }
        }
        int abbreviation = abbreviation(text, at, tokens);
        if (abbreviation > at) {
            return abbreviation;
        }
        int best = at;
        Form form = null;
        for (Form each : FORMS) {
            int end = end(each.pattern, text, at);
            if (end > best) {
                best = end;
                form = each;
            }
        }
        if (form == null) {
            return at + Character.charCount(Character.codePointAt(text, at));
        }
        String found = text.subSequence(at, best).toString();
        if (found.equals("\"") || found.equals("'")) {
            char next = best < text.length() ? text.charAt(best) : ' ';
            boolean opens = next < 0x80 && (Character.isLetterOrDigit(next) || next == '$');
            boolean single = found.equals("'");
            opens &= !single || !afterWord && !Character.isDigit(next);
            tokens.add(single ? opens ? "`" : "'" : opens ? "``" : "''");
        } else {
            add(form.token.apply(found), tokens);
        }
        return best;
    }

    private static void add(String token, List<String> tokens) {
        String shown = token.replace("\u00ad", "").replace('\u2019', '\'').replace('\u2018', '`');
        if (!shown.isEmpty()) {
            tokens.add(shown);
        }
    }

    /** An abbreviation with its full stop; the same place if there is none. */
    private static int abbreviation(CharSequence text, int at, List<String> tokens) {
        int end = end(ABBREVIATION, text, at);
        if (end < 0) {
            return at;
        }
        String word = text.subSequence(at, end - 1).toString();
        String lower = word.toLowerCase(Locale.ROOT);
        int next = end;
        while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
            next++;
        }
        boolean spaced = next > end;
        char following = next < text.length() ? text.charAt(next) : 0;
        if (BEFORE_NUMBERS.contains(lower) && Character.isDigit(following)
                || TITLES.contains(lower)
                || lower.equals("no") && spaced && !Character.isUpperCase(following)) {
            tokens.add(word + ".");
            return end;
        }
        if (SENTENCE_ABBREVIATIONS.contains(lower)) {
            tokens.add(word + ".");
            boolean sentenceEnds = spaced && Character.isUpperCase(following);
            return sentenceEnds ? end - 1 : end;
        }
        return at;
    }

    private static boolean isWord(int point) {
        return Character.isLetterOrDigit(point) || Character.getType(point) == Character.NON_SPACING_MARK;
    }

    /** Where a match at that place ends; -1 if there is none. */
    private static int end(Pattern pattern, CharSequence text, int at) {
        Matcher matcher = pattern.matcher(text)
                .region(at, text.length())
                .useTransparentBounds(true)
                .useAnchoringBounds(false);
        return matcher.lookingAt() ? matcher.end() : -1;
    }
}
