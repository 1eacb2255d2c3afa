// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.catalog;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The list of sources. Sizes, licences and digests are those that the pages named or
 * docs/spec/evaluation.md state. Commands are those of the tool {@code hf} of huggingface_hub, and of git.
 */
public final class DataSources {
    private static final Map<String, List<DataSource>> ALL = Map.ofEntries(
            Map.entry(
                    "llava-bench",
                    List.of(new DataSource(
                            "https://huggingface.co/datasets/MBZUAI/multilingual-llava-bench-in-the-wild",
                            "54 files: 24 images of 40 kB to 1.8 MB, three text files a language",
                            "CC BY 4.0",
                            List.of(
                                    "hf download MBZUAI/multilingual-llava-bench-in-the-wild --repo-type dataset --local-dir DIR/multilingual-llava-bench-in-the-wild"),
                            Map.of(),
                            List.of("the published metric needs a judge: --judge-url or --judge-command")))),
            Map.entry(
                    "mmmb",
                    List.of(new DataSource(
                            "https://huggingface.co/datasets/AIDC-AI/Parrot-dataset",
                            "six files of 78.2 to 78.4 MB",
                            "not stated on the page of the data set",
                            List.of(
                                    "hf download AIDC-AI/Parrot-dataset --repo-type dataset --include \"mmmb/*\" --local-dir DIR"),
                            digests(
                                    "mmmb/mmmb_ar.tsv",
                                    "md5 f3a18b6385f1d9701840aa42de27aead",
                                    "mmmb/mmmb_cn.tsv",
                                    "md5 13ed82fa89730037292fcaa27f08f430",
                                    "mmmb/mmmb_en.tsv",
                                    "md5 1cd781a71ec5a2983c090b84105d6a01",
                                    "mmmb/mmmb_pt.tsv",
                                    "md5 548ea2b3bb2da991790386f0015d30d1",
                                    "mmmb/mmmb_ru.tsv",
                                    "md5 ce1cc8a0533425ab0d86b326ebfc2984",
                                    "mmmb/mmmb_tr.tsv",
                                    "md5 0733739d43090327975294292bc5cd67"),
                            List.of("the organisation is also called ATH-MaaS")))),
            Map.entry(
                    "mmbench-dev",
                    List.of(new DataSource(
                            "https://huggingface.co/datasets/AIDC-AI/Parrot-dataset",
                            "six files; not stated on the page of the data set",
                            "not stated on the page of the data set",
                            List.of(
                                    "hf download AIDC-AI/Parrot-dataset --repo-type dataset --include \"mmbench/*\" --local-dir DIR"),
                            digests(
                                    "mmbench/mmbench_dev_ar.tsv",
                                    "md5 4271b4a0d0200e1a86380a878e0d64a4",
                                    "mmbench/mmbench_dev_cn.tsv",
                                    "md5 2ed5135326fed02c8e51ea50dda8222f",
                                    "mmbench/mmbench_dev_en.tsv",
                                    "md5 d9ab776fc018b3d45785e9a5c23431c2",
                                    "mmbench/mmbench_dev_pt.tsv",
                                    "md5 4ddfbcd27ef12444b908c03831cd0295",
                                    "mmbench/mmbench_dev_ru.tsv",
                                    "md5 5ba1171ff2e68f80637bf78349e402a5",
                                    "mmbench/mmbench_dev_tr.tsv",
                                    "md5 4fab39d501389d3d6cc90264bb708f11"),
                            List.of("the organisation is also called ATH-MaaS")))),
            Map.entry(
                    "xchat",
                    List.of(new DataSource(
                            "https://github.com/neulab/Pangea (evaluation/lmms-eval/lmms_eval/tasks/xchat)",
                            "154 MB of images, 8 languages of 50 questions",
                            "Apache-2.0",
                            List.of(
                                    "git clone --filter=blob:none --sparse https://github.com/neulab/Pangea",
                                    "git -C Pangea sparse-checkout set evaluation/lmms-eval/lmms_eval/tasks/xchat"),
                            Map.of(),
                            List.of(
                                    "DIR/xchat is to hold a folder for each language (english, chinese ...) with a folder for each of the ten tasks, each with data.json and its images: copy them from the checkout",
                                    "the published metric needs a judge: --judge-url or --judge-command")))),
            Map.entry(
                    "m-llava-bench",
                    List.of(new DataSource(
                            "https://huggingface.co/datasets/neulab/PangeaBench-multilingual-llava-bench",
                            "ten files of 9.77 to 9.80 MB, 60 questions each",
                            "not stated on the page of the data set",
                            List.of(
                                    "hf download neulab/PangeaBench-multilingual-llava-bench --repo-type dataset --local-dir DIR/PangeaBench-multilingual-llava-bench"),
                            Map.of(),
                            List.of("the published metric needs a judge: --judge-url or --judge-command")))),
            Map.entry(
                    "cvqa",
                    List.of(
                            new DataSource(
                                    "https://huggingface.co/datasets/afaji/cvqa",
                                    "ten files, 4.95 GB",
                                    "not stated on the page of the data set: look there before you use it",
                                    List.of("hf download afaji/cvqa --repo-type dataset --local-dir DIR/cvqa"),
                                    Map.of(),
                                    List.of(
                                            "the labels of the test set are with a server of its authors; rows without a label are counted and not asked")))),
            Map.entry(
                    "cvqa-vlmevalkit",
                    List.of(new DataSource(
                            "VLMEvalKit (github.com/open-compass/VLMEvalKit): data sets CVQA_EN and CVQA_LOC",
                            "not known",
                            "not known",
                            List.of("cp CVQA_EN.tsv CVQA_LOC.tsv DIR"),
                            digests(
                                    "CVQA_EN.tsv",
                                    "md5 f49ad8ad39dbc4208ea8985a3ca00804",
                                    "CVQA_LOC.tsv",
                                    "md5 b51dcf2820cb292aa5cb3430dd7d5049"),
                            List.of("VLMEvalKit downloads both tables into its folder of data when it runs on them")))),
            Map.entry(
                    "marvl",
                    List.of(new DataSource(
                            "https://huggingface.co/datasets/neulab/PangeaBench-marvl",
                            "id 508 MB, sw 166 MB, ta 176 MB, tr 300 MB, zh 232 MB; en (NLVR2) seven files, 8.0 GB",
                            "CC BY 4.0",
                            List.of(
                                    "hf download neulab/PangeaBench-marvl --repo-type dataset --local-dir DIR/PangeaBench-marvl"),
                            Map.of(),
                            List.of("without English: add --exclude \"data/validation-*\"")))),
            Map.entry(
                    "xm100",
                    List.of(new DataSource(
                            "https://huggingface.co/datasets/neulab/PangeaBench-xm100",
                            "36 files of 5.12 MB",
                            "not stated on the page of the data set",
                            List.of(
                                    "hf download neulab/PangeaBench-xm100 --repo-type dataset --local-dir DIR/PangeaBench-xm100"),
                            digests(
                                    "data/ar-00000-of-00001.parquet",
                                    "sha256 5c6ed21fc66e12af2fd39d821e9e78ee88fe65da36d8939cc4e7b4affeaabc4b",
                                    "data/cs-00000-of-00001.parquet",
                                    "sha256 282508bde49b99ca130473a6a75408c257939460cd7cde56c5e3b1c06bca4e54",
                                    "data/de-00000-of-00001.parquet",
                                    "sha256 efbb8d8b91a459ee839801ac12b165c135e48b2916369478723cc9ad78a6d5c7",
                                    "data/en-00000-of-00001.parquet",
                                    "sha256 da2f8fc3ba5c72b32680ab01ded519569aad485ef4f47af4b7358e8b5849b65f",
                                    "data/fa-00000-of-00001.parquet",
                                    "sha256 f6acba42f8de2b78f88d204f3dd0a742724809fb74477db5d7d1a9a592a15a18",
                                    "data/hu-00000-of-00001.parquet",
                                    "sha256 1912f2fa67b55e5bd9dbecc28a69c99bcd994afdbbe296469621e70933db9ed7",
                                    "data/it-00000-of-00001.parquet",
                                    "sha256 785e7e6960165ef31571b5c3b6007ddb71b75e71e559ca4b400fae2b3ce8be09",
                                    "data/mi-00000-of-00001.parquet",
                                    "sha256 f9f96b49324e1b74ad41dfb532a8d451612aa66a688d5f45fc2e8d3d20555cc7",
                                    "data/nl-00000-of-00001.parquet",
                                    "sha256 18283bad7d4f707146183831e131826960a4a254d93c95304273ca05c35c0165",
                                    "data/pl-00000-of-00001.parquet",
                                    "sha256 09705d75621fd191af575bc9e3b490ec02dfcbc665a9773abf5c740bcf360063",
                                    "data/sw-00000-of-00001.parquet",
                                    "sha256 fe84e88dd2784078ae07958e95772eb2d940404aad8daf5364d719759fec052c",
                                    "data/uk-00000-of-00001.parquet",
                                    "sha256 6020097d5c485bbc3085e8a34870a53e0c55408ade60c65a62077cc83deb8e9a"),
                            List.of("digests of the other 24 files are on their pages")))),
            Map.entry(
                    "xgqa",
                    List.of(new DataSource(
                            "https://huggingface.co/datasets/neulab/PangeaBench-xgqa",
                            "eight files; not stated on the page of the data set",
                            "CC BY 4.0",
                            List.of(
                                    "hf download neulab/PangeaBench-xgqa --repo-type dataset --local-dir DIR/PangeaBench-xgqa"),
                            Map.of(),
                            List.of()))),
            Map.entry(
                    "maxm",
                    List.of(new DataSource(
                            "https://huggingface.co/datasets/neulab/PangeaBench-maxm",
                            "not stated on the page of the data set",
                            "not stated on the page of the data set",
                            List.of(
                                    "hf download neulab/PangeaBench-maxm --repo-type dataset --local-dir DIR/PangeaBench-maxm"),
                            Map.of(),
                            List.of()))),
            Map.entry(
                    "xmmmu",
                    List.of(new DataSource(
                            "https://huggingface.co/datasets/neulab/PangeaBench-xmmmu",
                            "seven files; pt 108 MB, others not stated",
                            "MIT",
                            List.of(
                                    "hf download neulab/PangeaBench-xmmmu --repo-type dataset --local-dir DIR/PangeaBench-xmmmu"),
                            Map.of(),
                            List.of()))),
            Map.entry(
                    "m3exam",
                    List.of(new DataSource(
                            "https://huggingface.co/datasets/neulab/PangeaBench-m3exam",
                            "seven files; af 17.2 MB, en 52.9 MB, vi 3.6 MB, others not stated",
                            "not stated on the page of the data set",
                            List.of(
                                    "hf download neulab/PangeaBench-m3exam --repo-type dataset --local-dir DIR/PangeaBench-m3exam"),
                            Map.of(),
                            List.of()))),
            Map.entry(
                    "kaleidoscope",
                    List.of(
                            new DataSource(
                                    "https://huggingface.co/datasets/CohereLabs/kaleidoscope",
                                    "20,911 questions in 4.8 MB; images not stated",
                                    "Apache-2.0 (the column license of each question names its own)",
                                    List.of(
                                            "hf download CohereLabs/kaleidoscope --repo-type dataset --local-dir DIR/kaleidoscope"),
                                    Map.of(),
                                    List.of(
                                            "the column image holds paths: unpack the images so that they begin in DIR/kaleidoscope")))),
            Map.entry(
                    "nano",
                    List.of(new DataSource(
                            "this repository: models-manifest/nano/heldout",
                            "48 images, 2.4 MB",
                            "Apache-2.0; the drawings as models-manifest/nano/LICENSES.md says",
                            List.of("cp -r models-manifest/nano/heldout DIR"),
                            Map.of(),
                            List.of("models-manifest/nano/recipe/heldout.py draws other and larger sets")))),
            Map.entry(
                    "nano-talk",
                    List.of(new DataSource(
                            "this repository: models-manifest/nano/conversations",
                            "12 images, 0.6 MB",
                            "Apache-2.0; the drawings as models-manifest/nano/LICENSES.md says",
                            List.of("cp -r models-manifest/nano/conversations DIR"),
                            Map.of(),
                            List.of("models-manifest/nano/recipe/heldout.py draws other and larger sets")))),
            Map.entry(
                    "jsonl",
                    List.of(new DataSource(
                            "your own",
                            "any",
                            "yours",
                            List.of("ls DIR/questions.jsonl"),
                            Map.of(),
                            List.of("docs/eval.md has the fields")))));

    private DataSources() {}

    private static Map<String, String> digests(String... pairs) {
        Map<String, String> digests = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            digests.put(pairs[i], pairs[i + 1]);
        }
        return digests;
    }

    /** The sources of a task; empty if none is known. */
    public static List<DataSource> of(String task) {
        return ALL.getOrDefault(task, List.of());
    }
}
