// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.terminal;

import dev.myna.cli.system.StateFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.completer.StringsCompleter;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** Lines edited on a terminal, with history in the user's state directory. */
final class EditedLines implements LineSource {
    private final Terminal terminal;
    private final LineReader reader;

    /** @param words words for completion, such as commands */
    EditedLines(List<String> words) throws IOException {
        terminal = TerminalBuilder.builder()
                .system(true)
                .encoding(StandardCharsets.UTF_8)
                .nativeSignals(true)
                .graphemeCluster(false)
                .build();
        countClustersWhereAgreed(terminal);
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("myna")
                .completer(new StringsCompleter(words))
                // Questions contain ! and \ like any other text.
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true);
        Optional<Path> history = StateFolder.historyFile();
        history.ifPresent(path -> builder.variable(LineReader.HISTORY_FILE, path));
        reader = builder.build();
    }

    /**
     * Has the editor count a cluster of letters and signs as one place only where the terminal agrees to (mode 2027). By itself it does
     * so wherever the parts of an emoji are joined, as in tmux; but there the vowel signs of Hindi, Bengali and their relatives take
     * places of their own, and a line that wraps is drawn again and again.
     */
    private static void countClustersWhereAgreed(Terminal terminal) {
        if (terminal.isModeSupported(Terminal.Mode.GRAPHEME_CLUSTER)) {
            boolean ignored = terminal.setGraphemeClusterMode(true, false);
        }
    }

    @Override
    public String next() {
        boolean interrupted = false;
        while (true) {
            try {
                return reader.readLine("> ");
            } catch (EndOfFileException e) {
                return null;
            } catch (UserInterruptException e) {
                if (interrupted && e.getPartialLine().isEmpty()) {
                    return null;
                }
                interrupted = e.getPartialLine().isEmpty();
                if (interrupted) {
                    terminal.writer().println("(Ctrl-C again leaves)");
                    terminal.flush();
                }
            }
        }
    }

    @Override
    public boolean interactive() {
        return true;
    }

    @Override
    public void onInterrupt(Runnable action) {
        terminal.handle(Terminal.Signal.INT, action == null ? Terminal.SignalHandler.SIG_DFL : signal -> action.run());
    }

    @Override
    public void close() throws IOException {
        reader.getHistory().save();
        terminal.close();
    }
}
