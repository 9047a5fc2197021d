using Spot.Studies;

namespace Spot.Tests.Studies;

/// <summary>The store that is a folder.</summary>
public sealed class StudyFolderTests : StudyStoreContract
{
    protected override Task<IStudyStore> OpenAsync(string name, BackboneIdentity backbone) =>
        Task.FromResult<IStudyStore>(new StudyFolder(Path.Combine(Folder, "store", name), backbone.Fingerprint));
}
