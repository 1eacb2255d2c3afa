// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.myna.kernels.Roofline;
import dev.myna.kernels.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.jr.ob.JSON;

/** The written forms of fixed results, letter by letter. */
class BenchOutputTest {

    private static String written(
            BenchOutput.Format format, List<Roofline> rooflines, List<CacheTypes> caches, BenchResult... results) {
        List<String> lines = new ArrayList<>();
        BenchOutput output = BenchOutput.of(format, lines::add);
        output.begin(BenchSamples.MACHINE, rooflines, caches);
        for (BenchResult result : results) {
            output.result(result);
        }
        output.end();
        return String.join("\n", lines) + "\n";
    }

    private static String written(BenchOutput.Format format, BenchResult... results) {
        return written(format, List.of(), List.of(CacheTypes.DEFAULT), results);
    }

    @Test
    void markdownHasLlamaBenchsColumns() {
        assertEquals(
                """
                Test CPU x 2, Vector API, Linux 6.1 amd64, Java 25.0.3+9 Test VM, myna 1.2.3

                | model                    |       size |     params | backend | kernels | threads | test             |                  t/s |
                | ------------------------ | ---------: | ---------: | ------- | ------- | ------: | ---------------- | -------------------: |
                | llama 1.4B Q4_0          |  732.2 MiB |     1.36 B | CPU     | vector  |       2 | pp100            |        50.00 ± 38.19 |
                | llama 1.4B Q4_0          |  732.2 MiB |     1.36 B | CPU     | vector  |       2 | tg10 @ d64       |         20.00 ± 0.00 |
                | llama 1.4B Q4_0          |  732.2 MiB |     1.36 B | CPU     | vector  |       2 | vit warm         |        21.0 ± 1.4 ms |
                | llama 1.4B Q4_0          |  732.2 MiB |     1.36 B | CPU     | vector  |       2 | ttft cold        |      1.600 ± 0.141 s |

                peak memory 900.0 MiB
                """,
                written(
                        BenchOutput.Format.md,
                        BenchSamples.prompt(null),
                        BenchSamples.generation(null),
                        BenchSamples.image(),
                        BenchSamples.firstToken()));
    }

    @Test
    void markdownShowsCacheAndRoofWhenAskedFor() {
        assertEquals(
                """
                Test CPU x 2, Vector API, Linux 6.1 amd64, Java 25.0.3+9 Test VM, myna 1.2.3
                roofline of 2 threads: read 20.0 GB/s, f32 FMA 300.0 GFLOP/s

                | model                    |       size |     params | backend | kernels | threads | type_k | type_v | test             |                  t/s |      of roof |
                | ------------------------ | ---------: | ---------: | ------- | ------- | ------: | ------ | ------ | ---------------- | -------------------: | -----------: |
                | llama 1.4B Q4_0          |  732.2 MiB |     1.36 B | CPU     | vector  |       2 | f16    | f16    | pp100            |        50.00 ± 38.19 |  0.43 of FMA |
                | llama 1.4B Q4_0          |  732.2 MiB |     1.36 B | CPU     | vector  |       2 | f16    | f16    | tg10 @ d64       |         20.00 ± 0.00 | 0.73 of read |

                peak memory 900.0 MiB
                """,
                written(
                        BenchOutput.Format.md,
                        List.of(BenchSamples.ROOFLINE),
                        List.of(CacheTypes.DEFAULT, new CacheTypes(TensorType.Q8_0, TensorType.F32)),
                        BenchSamples.prompt(BenchSamples.ROOFLINE),
                        BenchSamples.generation(BenchSamples.ROOFLINE)));
    }

    @Test
    void csvQuotesTextAndLeavesAbsentFiguresEmpty() {
        assertEquals(
                """
                version,test_time,cpu_info,processors,system,java,jvm_flags,flags,backends,device,kernels,fallback,model_filename,model_type,\
                model_size,model_n_params,n_threads,type_k,type_v,test,state,n_prompt,n_gen,n_depth,repetitions,avg_ns,stddev_ns,\
                median_ns,min_ns,max_ns,avg_ts,stddev_ts,median_ts,min_ts,max_ts,load_ms,image_ms,prompt_ms,allocated_bytes,\
                peak_memory_bytes,weight_bytes_per_token,flop_per_token,roofline_read_gb_s,roofline_fma_gflop_s,roofline_share
                "1.2.3","2026-01-02T03:04:05Z","Test CPU",2,"Linux 6.1 amd64","25.0.3+9 Test VM","-Xmx1g",\
                "bench -m 'a ""b"".gguf'","CPU","CPU, test","vector","no machine code","m.gguf","llama 1.4B Q4_0",767721472,1364297728,2,"f16","f16",\
                "pp100","warm",100,0,0,3,2333333333,1527525232,2000000000,1000000000,4000000000,58.333,38.188,50.0,25.0,100.0,\
                ,,,4096,943718400,,2601300000,20.0,300.0,0.4336
                "1.2.3","2026-01-02T03:04:05Z","Test CPU",2,"Linux 6.1 amd64","25.0.3+9 Test VM","-Xmx1g",\
                "bench -m 'a ""b"".gguf'","CPU","CPU, test","vector","no machine code","m.gguf","llama 1.4B Q4_0",767721472,1364297728,2,"f16","f16",\
                "ttft cold","cold",,,,2,1600000000,141421356,1600000000,1500000000,1700000000,,,,,,100.0,900.0,300.125,,,,,,,
                """,
                written(BenchOutput.Format.csv, BenchSamples.prompt(BenchSamples.ROOFLINE), BenchSamples.firstToken()));
    }

    @Test
    void jsonIsOneArray() throws Exception {
        String text = written(BenchOutput.Format.json, BenchSamples.prompt(null), BenchSamples.image());
        List<Object> results = JSON.std.listFrom(text);
        assertEquals(2, results.size());
        Map<?, ?> prompt = (Map<?, ?>) results.getFirst();
        assertEquals("pp100", prompt.get("test"));
        assertEquals(List.of(1_000_000_000, 2_000_000_000, 4_000_000_000L), prompt.get("samples_ns"));
        assertEquals(50.0, prompt.get("median_ts"));
        assertNull(prompt.get("roofline_share"));
        assertEquals(21_000_000, ((Map<?, ?>) results.getLast()).get("median_ns"));
    }

    @Test
    void noResultsAreAnEmptyArray() {
        assertEquals("[]\n", written(BenchOutput.Format.json));
    }

    @Test
    void jsonLinesLeaveAbsentFiguresOut() {
        assertEquals("""
                {"version":"1.2.3","test_time":"2026-01-02T03:04:05Z","cpu_info":"Test CPU","processors":2,\
                "system":"Linux 6.1 amd64","java":"25.0.3+9 Test VM","jvm_flags":"-Xmx1g",\
                "flags":"bench -m 'a \\"b\\".gguf'","backends":"CPU","device":"CPU, test","kernels":"vector","fallback":"no machine code","model_filename":"m.gguf",\
                "model_type":"llama 1.4B Q4_0","model_size":767721472,"model_n_params":1364297728,"n_threads":2,\
                "type_k":"f16","type_v":"f16","test":"tg10 @ d64","state":"warm","n_prompt":0,"n_gen":10,"n_depth":64,\
                "repetitions":1,"avg_ns":500000000,"stddev_ns":0,"median_ns":500000000,"min_ns":500000000,\
                "max_ns":500000000,"avg_ts":20.0,"stddev_ts":0.0,"median_ts":20.0,"min_ts":20.0,"max_ts":20.0,\
                "allocated_bytes":0,"peak_memory_bytes":943718400,"weight_bytes_per_token":730000000,"samples_ns":[500000000]}
                """, written(BenchOutput.Format.jsonl, BenchSamples.generation(null)));
    }
}
