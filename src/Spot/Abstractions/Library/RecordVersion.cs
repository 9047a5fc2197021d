using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Spot;

/// <summary>The version of a record by what it says and holds.</summary>
internal static class RecordVersion
{
    internal static string Of(PromptRecord record)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        PromptInfo info = record.Info;
        string[] texts = [info.Id, info.Task, $"{info.MaxInputLength}", $"{info.MaxTargetLength}", $"{info.EvaluationMethod}", $"{info.Created:O}", .. info.Labels];
        foreach (string text in texts)
        {
            hash.AppendData(BitConverter.GetBytes(text.Length));
            hash.AppendData(Encoding.Unicode.GetBytes(text));
        }

        hash.AppendData(MemoryMarshal.AsBytes(record.Prompt.Values.Span));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
