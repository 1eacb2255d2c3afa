// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.serve.TestServer;
import dev.myna.cli.serve.http.ApiException;
import dev.myna.cli.serve.http.ServerJson;
import dev.myna.engine.ChatMessage;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.GenerationOptions;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that ask for nothing are accepted, whoever's client sends them; values that ask for something are refused by name. */
class NeutralValuesTest {
    private final ServerJson json = new ServerJson();
    private final Sampling sampling = new Sampling(GenerationOptions.greedy(), null, 100);
    private final Images images = new Images(TestServer.LIMITS, Orientation.IGNORE);

    private Fields body(String fields) {
        return Fields.of(json.object(("{" + fields + "}").replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    }

    private GenerationOptions chat(String fields) {
        Fields body = body(fields);
        Parameters.check(body, Parameters.CHAT);
        return ResponseFormats.apply(body, sampling.chat(body));
    }

    private GenerationOptions completion(String fields) {
        Fields body = body(fields);
        Parameters.check(body, Parameters.COMPLETION);
        return ResponseFormats.apply(body, sampling.completion(body));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'logprobs':false,'top_logprobs':0",
                "'logprobs':false,'top_logprobs':null",
                "'logprobs':null,'top_logprobs':0",
                "'top_logprobs':0",
                "'top_k':-1",
                "'top_k':0",
                "'top_p':1,'min_p':0,'typical_p':1,'tfs_z':1.0",
                "'presence_penalty':0,'frequency_penalty':0.0,'repeat_penalty':1,'repetition_penalty':1.0",
                "'logit_bias':{}",
                "'logit_bias':[]",
                "'n':1,'best_of':1,'n_cmpl':1",
                "'temperature':0",
                "'stop':[]",
                "'tools':[],'tool_choice':'none','parallel_tool_calls':true,'functions':[],'function_call':'auto'",
                "'response_format':{'type':'text'}",
                "'response_format':{'type':'text','json_schema':null}",
                "'stream':false,'stream_options':null",
                "'seed':null,'user':null,'n':null,'stop':null,'temperature':null,'max_tokens':null,'top_p':null",
                "'user':'u','metadata':{},'store':false,'service_tier':'auto','safety_identifier':'x'",
                "'modalities':['text'],'audio':null,'prediction':null,'web_search_options':null",
                "'reasoning_effort':'none','verbosity':'medium'",
                "'mirostat':0,'mirostat_tau':5.0,'mirostat_eta':0.1",
                "'dynatemp_range':0,'dynatemp_exponent':1,'xtc_probability':0,'xtc_threshold':0.1,'top_n_sigma':-1",
                "'dry_multiplier':0,'dry_base':1.75,'dry_allowed_length':2,'dry_penalty_last_n':-1",
                "'dry_sequence_breakers':['x'],'repeat_last_n':64,'ignore_eos':false,'n_probs':0,'n_keep':0",
                "'id_slot':-1,'cache_prompt':true,'samplers':[],'lora':[],'grammar':'','json_schema':{}",
                "'chat_template_kwargs':{},'add_generation_prompt':true,'reasoning_format':'none'",
                "'use_beam_search':false,'length_penalty':1,'stop_token_ids':[],'min_tokens':0,'bad_words':[]",
                "'skip_special_tokens':true,'spaces_between_special_tokens':true,'include_stop_str_in_output':false",
                "'guided_json':null,'guided_regex':'','structured_outputs':{},'truncate_prompt_tokens':null",
                "'keep_alive':'5m','options':{},'format':'','think':false,'raw':false,'images':[]",
                "'echo':false,'suffix':null",
                "'echo':false,'suffix':''",
                "'model':''",
                "'anything_at_all':null",
            })
    void isAccepted(String fields) {
        assertEquals(GenerationOptions.greedy(), chat(fields));
        if (!fields.contains("'logprobs':false,'top_logprobs'")) {
            assertEquals(GenerationOptions.greedy(), completion(fields));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "'logprobs':false,'top_logprobs':2 => top_logprobs",
                "'modalities':['text','audio'] => modalities",
                "'audio':{} => audio",
                "'reasoning_effort':'high' => reasoning_effort",
                "'verbosity':'low' => verbosity",
                "'best_of':2 => best_of",
                "'echo':true => echo",
                "'suffix':'x' => suffix",
                "'typical_p':0.9 => typical_p",
                "'mirostat':1 => mirostat",
                "'xtc_probability':0.5 => xtc_probability",
                "'repeat_last_n':128 => repeat_last_n",
                "'repetition_penalty':1.1 => repetition_penalty",
                "'ignore_eos':true => ignore_eos",
                "'min_tokens':3 => min_tokens",
                "'n_predict':5 => n_predict",
                "'guided_regex':'a' => guided_regex",
                "'stop_token_ids':[1] => stop_token_ids",
                "'skip_special_tokens':false => skip_special_tokens",
                "'add_generation_prompt':false => add_generation_prompt",
                "'options':{'num_ctx':1} => options",
                "'think':true => think",
                "'mirostat_tau':'5' => mirostat_tau",
                "'n':2 => n",
                "'top_k':-2 => top_k",
                "'max_tokens':-2 => max_tokens",
                "'max_tokens':0 => max_tokens",
            })
    void otherValuesAreRefusedByName(String fields, String param) {
        ApiException refused = assertThrows(ApiException.class, () -> chat(fields));
        assertEquals(400, refused.status());
        assertEquals(param, refused.param());
        assertTrue(refused.getMessage().contains(param), refused.getMessage());
    }

    @Test
    void noLimitOfTokensIsMinusOne() {
        assertEquals(0, chat("'max_tokens':-1").maxTokens());
        assertEquals(0, chat("'max_completion_tokens':-1").maxTokens());
        assertEquals(0, completion("'max_tokens':-1").maxTokens());
        assertEquals(-1, completion("'logprobs':false").logprobs());
        // -1 draws a seed, and at temperature 0 no seed is needed.
        assertEquals(0, chat("'seed':-1").seed());
    }

    private ChatRequest.Chat messages(String list) {
        try (Images.Album album = images.album()) {
            return ChatMessages.read(body("'messages':" + list), album);
        }
    }

    @Test
    void emptyFieldsOfMessagesAreAccepted() {
        ChatRequest.Chat chat = messages("[{'role':'user','content':'a','name':null,'images':[]},"
                + "{'role':'assistant','content':'b','refusal':null,'tool_calls':[],'audio':null,'annotations':[],"
                + "'reasoning_content':'','function_call':null},"
                + "{'role':'user','name':'','content':[{'type':'text','text':'c','cache_control':null},"
                + "{'type':'input_text','text':'d'}]}]");
        assertEquals(new ChatMessage.Assistant("b"), chat.messages().get(1));
        ChatMessage.User last = (ChatMessage.User) chat.messages().getLast();
        assertEquals("c\nd", last.message().text());
        assertNull(last.name());
        for (String refused : List.of(
                "[{'role':'user','content':'a','images':['iVBORw0KGgo']}]",
                "[{'role':'user','content':'a'},{'role':'assistant','content':'b','tool_calls':[{}]},"
                        + "{'role':'user','content':'c'}]")) {
            assertEquals(
                    400,
                    assertThrows(ApiException.class, () -> messages(refused), refused)
                            .status());
        }
    }
}
