package io.halflight.app;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.FLOAT;

import blue.strategic.parquet.ParquetWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/** Apache Parquet: the columns {@code path} (text), {@code f0}, {@code f1} and so on (float), none of them ever null. */
final class ParquetFeatures extends FeatureFile {
    private record Row(String path, float[] features) {}

    private final Path unfinished;
    private @Nullable ParquetWriter<Row> writer;

    ParquetFeatures(Path target) throws IOException {
        unfinished = unfinished(target);
        Files.deleteIfExists(unfinished); // the library does not write over a file
    }

    @Override
    void row(Path file, float[] features) throws IOException {
        if (writer == null) {
            writer = writer(features.length);
        }
        writer.write(new Row(file.toString(), features));
    }

    private ParquetWriter<Row> writer(int width) throws IOException {
        String[] names = new String[width];
        Types.MessageTypeBuilder schema = Types.buildMessage();
        schema.required(BINARY).as(stringType()).named("path");
        for (int i = 0; i < width; i++) {
            names[i] = "f" + i;
            schema.required(FLOAT).named(names[i]);
        }
        MessageType type = schema.named("features");
        return ParquetWriter.writeFile(type, unfinished.toFile(), (row, values) -> {
            values.write("path", row.path());
            for (int i = 0; i < width; i++) {
                values.write(names[i], row.features()[i]);
            }
        });
    }

    @Override
    void end() throws IOException {
        if (writer != null) {
            writer.close();
            writer = null;
        }
    }
}
