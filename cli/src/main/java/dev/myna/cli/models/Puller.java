// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.command.LongWork;
import dev.myna.cli.terminal.Progress;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.hub.DownloadListener;
import dev.myna.loaders.hub.Downloader;
import dev.myna.loaders.hub.Downloader.Fetched;
import dev.myna.loaders.hub.HubException;
import dev.myna.loaders.hub.HubFile;
import dev.myna.loaders.hub.HubFile.Role;
import dev.myna.loaders.hub.ModelStore;
import dev.myna.loaders.hub.StoredModel;
import dev.myna.loaders.hub.StoredModel.StoredFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Carries out a plan: downloads, converts, and adds the model to the store. */
final class Puller {
    private final CommandContext context;
    private final ModelStore store;
    private final Downloader downloader;
    private final PullPlan plan;
    private boolean waitingNoted;

    Puller(CommandContext context, ModelStore store, Downloader downloader, PullPlan plan) {
        this.context = context;
        this.store = store;
        this.downloader = downloader;
        this.plan = plan;
    }

    /** Whether the files of a converted checkpoint stay for other variants. */
    enum Source {
        KEEP,
        DROP
    }

    /** @param clip checkpoint of the vision tower, for a checkpoint without one */
    StoredModel run(int threads, Optional<Path> clip, Source keep) throws IOException {
        try (StoreGuard _ = new StoreGuard(store.lock(plan.base(), this::noteWaiting))) {
            Optional<StoredModel> there = store.find(plan.base(), plan.variant());
            if (there.isPresent()) {
                return there.get(); // the other process has made it
            }
            Map<String, Fetched> fetched = new LinkedHashMap<>();
            List<HubFile> files = plan.files().orElseThrow();
            for (int i = 0; i < files.size(); i++) {
                HubFile file = files.get(i);
                fetched.put(file.name(), fetch(file, (i + 1) + "/" + files.size() + " " + file.name()));
            }
            requireOneRevision(fetched);
            noteRevision(fetched);
            CheckpointStage stage =
                    plan.convert().isPresent() ? new CheckpointStage(context, store, plan, threads) : null;
            StoredModel model = new StoredModel(
                    plan.base(),
                    plan.variant(),
                    plan.title(),
                    source(fetched),
                    plan.terms().getFirst(),
                    Instant.now().toString(),
                    stage == null ? ready(files, fetched) : stage.run(fetched, clip));
            store.commit(model);
            if (stage != null) {
                stage.cleanUp();
            }
            if (stage == null || keep == Source.DROP) {
                for (HubFile file : files) {
                    downloader.forget(file);
                }
            }
            if (stage != null && keep == Source.DROP) {
                for (Fetched file : fetched.values()) {
                    store.discard(file.sha256());
                }
            }
            return model;
        }
    }

    /** A lock that throws only {@link IOException}s. */
    private record StoreGuard(AutoCloseable lock) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            try {
                lock.close();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }

    private static List<StoredFile> ready(List<HubFile> files, Map<String, Fetched> fetched) {
        List<StoredFile> stored = new ArrayList<>();
        for (HubFile file : files) {
            Fetched result = fetched.get(file.name());
            stored.add(new StoredFile(file.role(), file.name(), result.size(), result.sha256(), result.known()));
        }
        if (stored.stream().noneMatch(file -> file.role() == Role.decoder)) {
            throw new RequestException("the model has no decoder file");
        }
        return stored;
    }

    /** Downloads and checks a file, and shows the progress of both. */
    private Fetched fetch(HubFile file, String what) throws IOException {
        Fetched[] result = new Fetched[1];
        try (FileProgress shown = new FileProgress(what, file)) {
            LongWork.stoppable(
                    context,
                    check -> result[0] = downloader.fetch(file, new DownloadListener() {
                        @Override
                        public void arrived(long done, long total) {
                            check.run();
                            shown.downloading(done, total);
                        }

                        @Override
                        public void checked(long done, long total) {
                            check.run();
                            shown.checking(done, total);
                        }

                        @Override
                        public void waiting() {
                            check.run();
                            noteWaiting();
                        }
                    }));
        }
        return result[0];
    }

    /** A progress line for the download, then one for the check. */
    private final class FileProgress implements AutoCloseable {
        private final String what;
        private final long expected;
        private Progress line;
        private boolean checking;

        FileProgress(String what, HubFile file) {
            this.what = what;
            this.expected = file.expectedBytes();
        }

        void downloading(long done, long total) {
            long whole = Math.max(total, expected);
            if (line == null && whole > 0) {
                line = Progress.onStderr(context.console(), what, whole);
            }
            if (line != null) {
                line.accept(Math.min(done, whole));
            }
        }

        void checking(long done, long total) {
            if (!checking) {
                close();
                checking = true;
                line = Progress.onStderr(context.console(), what + ", checking", Math.max(1, total));
            }
            line.accept(done);
        }

        @Override
        public void close() {
            if (line != null) {
                line.close();
                line = null;
            }
        }
    }

    private void noteWaiting() {
        if (!waitingNoted) {
            waitingNoted = true;
            context.console().note("another myna process is downloading this: waiting");
        }
    }

    private String source(Map<String, Fetched> fetched) {
        return commit(fetched)
                .map(commit -> plan.source().replaceFirst(" at .*$", " at " + commit))
                .orElse(plan.source());
    }

    private static Optional<String> commit(Map<String, Fetched> fetched) {
        return fetched.values().stream()
                .flatMap(file -> file.commit().stream())
                .filter(commit -> commit.matches("[0-9a-f]{40}"))
                .findFirst();
    }

    /** Refuses files of different commits: the branch moved between two runs. */
    private void requireOneRevision(Map<String, Fetched> fetched) {
        List<String> commits = fetched.values().stream()
                .flatMap(file -> file.commit().stream())
                .distinct()
                .toList();
        if (commits.size() > 1) {
            throw new HubException(
                    HubException.Fault.DOWNLOAD,
                    plan.base() + ": the repository changed during the download (" + commits.get(0) + ", "
                            + commits.get(1) + "): run myna rm --unused, then pull again");
        }
    }

    /** Notes another commit than the manifest's, where the manifest has only its beginning. */
    private void noteRevision(Map<String, Fetched> fetched) {
        Optional<String> commit = commit(fetched);
        if (commit.isPresent()
                && plan.abbreviatedRevision().isPresent()
                && !commit.get().startsWith(plan.abbreviatedRevision().get())) {
            context.console()
                    .note("the hub's revision is " + commit.get() + "; the manifest was written for "
                            + plan.abbreviatedRevision().get() + "…");
        }
    }

    /** Free bytes in the file system of the store. */
    static long freeSpace(ModelStore store) throws IOException {
        Path folder = store.root();
        while (!Files.exists(folder)) {
            folder = folder.getParent();
        }
        return Files.getFileStore(folder).getUsableSpace();
    }
}
