namespace Spot.Tests.Library;

public class FolderRecordTests : LibraryRecordContract
{
    protected override Task<LibraryPlace> PlaceAsync() => Task.FromResult<LibraryPlace>(new FolderPlace());
}

public class FolderSearchTests : LibrarySearchContract
{
    protected override Task<LibraryPlace> PlaceAsync() => Task.FromResult<LibraryPlace>(new FolderPlace());
}

public class FolderSharingTests : LibrarySharingContract
{
    protected override Task<LibraryPlace> PlaceAsync() => Task.FromResult<LibraryPlace>(new FolderPlace());
}
